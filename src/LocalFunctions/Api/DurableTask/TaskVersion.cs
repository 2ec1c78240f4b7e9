namespace Microsoft.DurableTask;

/// <summary>The version of an orchestration; the app compares it to decide which way to go.</summary>
public readonly record struct TaskVersion
{
    /// <summary>No version.</summary>
    public static readonly TaskVersion Unversioned;

    private readonly string? _version;

    /// <summary>A version from a string.</summary>
    /// <param name="version">The version; null or empty means unversioned.</param>
    public TaskVersion(string? version)
    {
        if (version is { Length: > 0 } && string.IsNullOrWhiteSpace(version))
        {
            throw new ArgumentException("A version must not consist of white space.", nameof(version));
        }

        _version = string.IsNullOrEmpty(version) ? null : version;
    }

    /// <summary>The version, empty if unversioned.</summary>
    public string Version => _version ?? "";

    /// <summary>A version from a string.</summary>
    /// <param name="value">The version.</param>
    public static implicit operator TaskVersion(string value) => new(value);

    /// <summary>The string of a version.</summary>
    /// <param name="value">The version.</param>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <inheritdoc/>
    public override string ToString() => Version;
}
