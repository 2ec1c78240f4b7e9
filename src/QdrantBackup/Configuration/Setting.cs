namespace QdrantBackup.Configuration;

/// <summary>One key of the configuration.</summary>
/// <param name="Key">Below <c>Backup</c>; <c>*</c> stands for a name or a number.</param>
/// <param name="Form">What a value looks like: the end of a sentence that begins "must be".</param>
/// <param name="Default">The value without any configuration, as documented; null if there is none.</param>
/// <param name="Meaning">What it decides.</param>
public sealed record Setting(string Key, string Form, string? Default, string Meaning)
{
    /// <summary>The plain environment variable that sets it too.</summary>
    public string? PlainEnvironmentName { get; init; }

    /// <summary>Whether its value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it is only the hash of a long random secret: never shown, but of no use to a reader of the file.</summary>
    public bool IsDigest { get; init; }

    /// <summary>Whether it names a file with a secret: what is no path there may be the secret itself.</summary>
    public bool NamesSecret { get; init; }

    /// <summary>Whether it is an address, in which a secret may stand although none belongs there.</summary>
    public bool IsAddress { get; init; }

    /// <summary>The key's segments.</summary>
    internal IReadOnlyList<string> Segments { get; } = Key.Split(':');

    /// <summary>A concrete key of this setting as the documentation writes it, whatever its letters' case in a file.</summary>
    internal string NameOf(string key) => string.Join(':', key.Split(':').Zip(Segments, (given, known) => known == "*" ? given : known));

    /// <summary>What of a value may be shown: nothing of a secret, nor of a text in which one stands in the wrong place.</summary>
    internal string Shown(string value) => IsSecret
        || (NamesSecret && !Path.IsPathFullyQualified(value))
        || (IsAddress && !Path.IsPathFullyQualified(value) && value.AsSpan().IndexOfAny("@?=;") >= 0)
        || SafeText.WithoutSecrets(value) != value
            ? Origins.Mask
            : SafeText.Line(value);

    /// <summary>Whether the first segments of a concrete key fit this one's, as far as both go.</summary>
    internal bool FitsAsFarAs(IReadOnlyList<string> segments, int count)
    {
        if (count > Segments.Count)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (Segments[i] != "*" && !Segments[i].Equals(segments[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
