using Microsoft.Extensions.Configuration;
using QdrantBackup.Configuration.Files;

namespace QdrantBackup.Configuration;

/// <summary>The configuration file as a source that knows the lines of its values.</summary>
internal sealed class BackupFileSource(string path) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(path);

    public static bool IsFile(IConfigurationProvider provider) => provider is Provider;

    /// <summary>Whether every user of this machine can read the file.</summary>
    public static bool IsOpenToAll(IConfigurationProvider provider) => provider is Provider { IsOpenToAll: true };

    private sealed class Provider(string path) : ConfigurationProvider, IOriginProvider
    {
        private IReadOnlyDictionary<string, FileValue> values = new Dictionary<string, FileValue>();

        public bool IsOpenToAll { get; private set; }

        public override void Load()
        {
            values = BackupFile.Read(path, out var isOpenToAll);
            IsOpenToAll = isOpenToAll;
            Data = values.ToDictionary(pair => pair.Key, pair => pair.Value.Text, StringComparer.OrdinalIgnoreCase);
        }

        public string OriginOf(string fullKey) => values.TryGetValue(fullKey, out var value) ? $"{path}, line {value.Line}" : path;

        public override string ToString() => path;
    }
}

/// <summary>Environment variables whose plain names the original specification and Qdrant's users know, put where their keys belong.</summary>
internal sealed class PlainEnvironmentSource(IConfiguration environment) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(environment);

    private sealed class Provider(IConfiguration environment) : ConfigurationProvider, IOriginProvider
    {
        private readonly Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);

        public override void Load()
        {
            Data.Clear();
            foreach (var setting in SettingCatalog.All)
            {
                if (setting.PlainEnvironmentName is { } name && !string.IsNullOrWhiteSpace(environment[name]))
                {
                    var fullKey = ConfigurationPath.Combine(BackupOptions.SectionName, setting.Key);
                    Data[fullKey] = environment[name];
                    names[fullKey] = name;
                }
            }
        }

        public string OriginOf(string fullKey) => names.TryGetValue(fullKey, out var name) ? $"environment variable {name}" : "environment";
    }
}

/// <summary>Values given on the command line.</summary>
internal sealed class CommandLineSource(IEnumerable<KeyValuePair<string, string?>> values) : IConfigurationSource
{
    private readonly Dictionary<string, string?> given = values
        .Where(pair => pair.Value is not null)
        .GroupBy(pair => ConfigurationPath.Combine(BackupOptions.SectionName, pair.Key), pair => pair.Value, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => group.Last(), StringComparer.OrdinalIgnoreCase);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(given);

    private sealed class Provider : ConfigurationProvider, IOriginProvider
    {
        public Provider(Dictionary<string, string?> given) => Data = given;

        public string OriginOf(string fullKey) => "command line";
    }
}
