using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration;

/// <summary>Finds secrets in configuration files that every user of the machine can read. The owner's group may read them: that is how a service gets its file.</summary>
internal static class OpenFiles
{
    /// <summary>One problem for each such file, also where a later source gives another value: what lies in the file can be read all the same.</summary>
    public static IEnumerable<ConfigurationProblem> In(IConfiguration configuration)
    {
        if (configuration is not IConfigurationRoot root)
        {
            yield break;
        }

        var keys = configuration.GetSection(BackupOptions.SectionName).AsEnumerable(makePathsRelative: true).Select(pair => pair.Key).ToList();
        foreach (var provider in root.Providers)
        {
            if (PathOfOpen(provider) is { } path && keys.FirstOrDefault(key => HoldsSecret(provider, key)) is { } key)
            {
                yield return new ConfigurationProblem(
                    SettingCatalog.Find(key)!.NameOf(key),
                    Origins.Mask,
                    "is a secret in a file that every user of this machine can read",
                    path,
                    $"Run: chmod o= '{path}' (its group may read it). If others may have read it, replace the secrets in it.");
            }
        }
    }

    private static string? PathOfOpen(IConfigurationProvider provider)
    {
        if (BackupFileSource.IsFile(provider))
        {
            return BackupFileSource.IsOpenToAll(provider) ? provider.ToString() : null;
        }

        if (provider is not FileConfigurationProvider { Source: { Path: { } name, FileProvider: { } files } } || files.GetFileInfo(name) is not { Exists: true, PhysicalPath: { } path })
        {
            return null;
        }

        using var file = File.OpenHandle(path);
        return BackupFile.IsOpenToAll(file) ? path : null;
    }

    // Those of Encryption are refused in every file.
    private static bool HoldsSecret(IConfigurationProvider provider, string key) => SettingCatalog.Find(key) is { IsSecret: true, IsDigest: false, Segments: not ["Encryption", ..] }
        && provider.TryGet(ConfigurationPath.Combine(BackupOptions.SectionName, key), out var value)
        && !string.IsNullOrWhiteSpace(value)
        && !value.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase);
}
