namespace QdrantBackup.Capture;

/// <summary>What to back up.</summary>
public sealed record BackupRequest
{
    /// <summary>Collections to take: names or simple patterns with * and ?; empty takes all.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>Collections to leave out: names or patterns.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What this backup is for, in words.</summary>
    public string? Description { get; init; }

    /// <summary>Labels to find it by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The schedule that asks, or null.</summary>
    public string? Schedule { get; init; }

    /// <summary>Retention classes that the schedule gives.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Through when this run settles the due times of each schedule that it serves; null when no schedule asks, and in requests of earlier versions.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? Settles { get; init; }
}
