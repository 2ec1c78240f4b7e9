using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace QdrantBackup.Configuration;

/// <summary>A source that can say where exactly a value stands.</summary>
internal interface IOriginProvider : IConfigurationProvider
{
    /// <summary>Where the value of a full key comes from, which the source has.</summary>
    string OriginOf(string fullKey);
}

/// <summary>Says where values come from.</summary>
internal static class Origins
{
    /// <summary>What stands for a value that is not shown.</summary>
    public const string Mask = SafeText.Mask;

    /// <summary>Where the value of a key below <c>Backup</c> comes from: the last source that has it.</summary>
    public static string Of(IConfiguration configuration, string key)
    {
        var fullKey = ConfigurationPath.Combine(BackupOptions.SectionName, key);
        var provider = ProviderOf(configuration, key);
        return provider switch
        {
            IOriginProvider known => known.OriginOf(fullKey),
            EnvironmentVariablesConfigurationProvider => $"environment variable {fullKey.Replace(":", "__", StringComparison.Ordinal)}",
            null => "configuration",
            _ => provider.ToString() ?? "configuration",
        };
    }

    /// <summary>Whether that source is a file.</summary>
    public static bool IsFile(IConfiguration configuration, string key) =>
        ProviderOf(configuration, key) is { } provider && (BackupFileSource.IsFile(provider) || provider is FileConfigurationProvider);

    private static IConfigurationProvider? ProviderOf(IConfiguration configuration, string key)
    {
        var fullKey = ConfigurationPath.Combine(BackupOptions.SectionName, key);
        return (configuration as IConfigurationRoot)?.Providers.LastOrDefault(candidate => candidate.TryGet(fullKey, out _));
    }
}
