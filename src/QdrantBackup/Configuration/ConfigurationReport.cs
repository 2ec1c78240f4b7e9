using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration;

/// <summary>One key with the value in effect.</summary>
/// <param name="Key">The key below <c>Backup</c>.</param>
/// <param name="Value">The value; masked if secret; null if there is none.</param>
/// <param name="Origin">Where it comes from: <c>default</c>, a file and line, an environment variable, the command line.</param>
public sealed record ConfigurationEntry(string Key, string? Value, string Origin);

/// <summary>What the configuration is, and what is wrong with it: for <c>config show</c> and <c>config check</c>. It never fails on a wrong value.</summary>
/// <param name="Entries">Every key in effect, in the order of docs/configuration.md.</param>
/// <param name="Problems">What is wrong; empty if nothing is.</param>
/// <param name="Warnings">What was accepted and has less effect than one may think.</param>
public sealed record ConfigurationReport(
    IReadOnlyList<ConfigurationEntry> Entries, IReadOnlyList<ConfigurationProblem> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>Reports on a configuration.</summary>
    public static ConfigurationReport Create(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        _ = SectionReaders.ReadAll(reader);
        var given = Given(configuration).ToList();
        var entries = SettingCatalog.All.SelectMany(setting => EntriesOf(setting, given, configuration));
        return new ConfigurationReport([.. entries], reader.Problems, reader.Warnings);
    }

    private static IEnumerable<(string Key, string Value, Setting Setting)> Given(IConfiguration configuration)
    {
        foreach (var (key, value) in configuration.GetSection(BackupOptions.SectionName).AsEnumerable(makePathsRelative: true))
        {
            if (!string.IsNullOrWhiteSpace(value) && SettingCatalog.Find(key) is { } setting)
            {
                yield return (key, value, setting);
            }
        }
    }

    private static IEnumerable<ConfigurationEntry> EntriesOf(
        Setting setting, IReadOnlyList<(string Key, string Value, Setting Setting)> given, IConfiguration configuration)
    {
        var found = given.Where(item => item.Setting == setting).OrderBy(item => item.Key, ConfigurationKeyComparer.Instance).ToList();
        foreach (var (key, value, _) in found)
        {
            yield return new ConfigurationEntry(setting.NameOf(key), setting.Shown(value), Origins.Of(configuration, key));
        }

        if (setting.Key == "Schedule:*")
        {
            // The default schedules that nobody named are in effect too.
            foreach (var (name, cron) in ScheduleSection.DefaultCrons.Where(item => !IsNamed(item.Key, given)))
            {
                yield return new ConfigurationEntry($"Schedule:{name}", cron, "default");
            }
        }
        else if (found.Count == 0 && !setting.Key.Contains('*', StringComparison.Ordinal) && !IsReplaced(setting, given))
        {
            yield return new ConfigurationEntry(setting.Key, setting.Default, "default");
        }
    }

    private static bool IsNamed(string name, IReadOnlyList<(string Key, string Value, Setting Setting)> given) => given.Any(item =>
        item.Key.Equals($"Schedule:{name}", StringComparison.OrdinalIgnoreCase) || item.Key.Equals($"Schedule:{name}:Cron", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the default of a setting is out of effect because others are given.</summary>
    private static bool IsReplaced(Setting setting, IReadOnlyList<(string Key, string Value, Setting Setting)> given) => setting.Key switch
    {
        "Qdrant:Url" => given.Any(item => item.Setting.Key == "Qdrant:Nodes:*:Url"),
        EncryptionSection.KeyFileKey => given.Any(item => EncryptionSection.OpensAStore(item.Setting.Key)),
        _ => false,
    };
}
