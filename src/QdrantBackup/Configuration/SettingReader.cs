using Microsoft.Extensions.Configuration;

namespace QdrantBackup.Configuration;

/// <summary>Reads single values and collects what is wrong with them, so that all of it is reported at once.</summary>
internal sealed class SettingReader
{
    private readonly IConfiguration root;
    private readonly IConfigurationSection section;
    private readonly List<ConfigurationProblem> problems = [];
    private readonly List<string> warnings = [];

    public SettingReader(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        root = configuration;
        section = configuration.GetSection(BackupOptions.SectionName);
        problems.AddRange(UnknownKeys.In(configuration));
        problems.AddRange(OpenFiles.In(configuration));
    }

    public IReadOnlyList<ConfigurationProblem> Problems => [.. problems.OrderBy(problem => problem.Key, ConfigurationKeyComparer.Instance).Distinct()];

    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Whether the app runs on Azure, where the disk does not last; the platform sets this name.</summary>
    public bool OnAzure => !string.IsNullOrEmpty(root["WEBSITE_INSTANCE_ID"]);

    /// <summary>Where the single-machine host keeps its state, as an absolute path; null under another host.</summary>
    public string? StateDirectory => root["LocalFunctions:StateDirectory"] is { Length: > 0 } path && Path.IsPathFullyQualified(path) ? path : null;

    /// <summary>The value of a concrete key; null where none is given or it is blank.</summary>
    public string? Text(string key)
    {
        var value = section[key]?.Trim();
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (!value.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase))
        {
            return value;
        }

        Refuse(key, "is a Key Vault reference that was not resolved", "Check the app's identity, its access to the vault, and the secret's name.");
        return null;
    }

    /// <summary>A value read by <paramref name="parse"/>, which answers null for what it does not understand.</summary>
    public T Value<T>(string key, T fallback, Func<string, T?> parse)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (parse(text) is { } value)
        {
            return value;
        }

        RefuseForm(key);
        return fallback;
    }

    /// <summary>A text that must satisfy <paramref name="isValid"/>.</summary>
    public string? Text(string key, Func<string, bool> isValid)
    {
        if (Text(key) is not { } text || isValid(text))
        {
            return Text(key);
        }

        RefuseForm(key);
        return null;
    }

    public bool Flag(string key, bool fallback) => Value<bool>(key, fallback, ValueForms.Boolean);

    public int Integer(string key, int fallback, int min, int max) => Value<int>(key, fallback, text => ValueForms.Integer(text, min, max));

    /// <summary>The names or numbers that stand below a key, in their order.</summary>
    public IReadOnlyList<string> Children(string key) => [.. section.GetSection(key).GetChildren().Select(child => child.Key)];

    /// <summary>Whether a value comes from a configuration file.</summary>
    public bool StandsInFile(string key) => Origins.IsFile(root, key);

    /// <summary>Refuses a value because it does not have the form that the catalog gives.</summary>
    public void RefuseForm(string key, string? hint = null) =>
        Refuse(key, $"must be {SettingCatalog.Find(key)?.Form ?? "left out"}", hint);

    /// <summary>Refuses the absence of a key.</summary>
    public void RefuseMissing(string key, string hint) =>
        problems.Add(new ConfigurationProblem(key, Value: null, "is required and not given", Origin: null, hint));

    /// <summary>Refuses a value for any reason.</summary>
    public void Refuse(string key, string expected, string? hint = null)
    {
        var value = section[key];
        var shown = value is null ? null : SettingCatalog.Find(key)?.Shown(value) ?? Origins.Mask;
        Add(key, shown, expected, hint);
    }

    /// <summary>Refuses a value that carries a secret although the key is for none.</summary>
    public void RefuseSecret(string key, string expected, string? hint = null) => Add(key, Origins.Mask, expected, hint);

    /// <summary>Says something about what was accepted.</summary>
    public void Warn(string text) => warnings.Add(text);

    private void Add(string key, string? shown, string expected, string? hint) =>
        problems.Add(new ConfigurationProblem(key, shown, expected, shown is null ? null : Origins.Of(root, key), hint));
}
