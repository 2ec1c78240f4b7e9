using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration.Files;

/// <summary>A value of a file and the line that it stands in.</summary>
internal sealed record FileValue(string? Text, long Line);

/// <summary>Collects the values of one file, within limits.</summary>
internal sealed class FileValues(string path)
{
    private const int MaxValues = 10_000;
    private const int MaxDepth = 16;

    private readonly Dictionary<string, FileValue> values = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, FileValue> All => values;

    /// <summary>Joins a key to the one it stands below.</summary>
    public string Below(string parent, string name, long line)
    {
        if (name.Length == 0 || name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal))
        {
            throw Broken(line, $"'{SafeText.ErrorLine(name)}' cannot be a key");
        }

        var key = parent.Length == 0 ? name : ConfigurationPath.Combine(parent, name);
        return key.Count(character => character == ':') < MaxDepth ? key : throw Broken(line, "it is nested too deep");
    }

    public void Add(string key, string? text, long line)
    {
        // Also bounds what YAML aliases that repeat one another could unfold to.
        if (values.Count >= MaxValues)
        {
            throw Broken(line, $"it has more than {MaxValues} values");
        }

        if (!values.TryAdd(key, new FileValue(text, line)))
        {
            throw Broken(line, $"'{SafeText.ErrorLine(key)}' stands there twice");
        }
    }

    /// <summary>The error that a file is no configuration.</summary>
    public UsageException Broken(long line, string what) =>
        new($"The configuration file {path} is wrong in line {line}: {what}.", "Correct that line; docs/configuration.md shows a whole file.");
}
