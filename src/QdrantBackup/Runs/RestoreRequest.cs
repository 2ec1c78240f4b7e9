using QdrantBackup.Catalog;
using QdrantBackup.Ids;

namespace QdrantBackup.Runs;

/// <summary>What to restore. At most one of the four ways to choose a backup is set; without one, the latest that covers the request is taken.</summary>
public sealed record RestoreRequest
{
    /// <summary>This backup.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>The newest one of this cluster that covers the request.</summary>
    public bool Latest { get; init; }

    /// <summary>The newest such backup of this UTC day.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>The newest such backup that began at or before this time.</summary>
    public DateTimeOffset? AtOrBefore { get; init; }

    /// <summary>The cluster that was backed up, when it is not this one.</summary>
    public string? FromCluster { get; init; }

    /// <summary>Collections to restore: names or patterns; empty restores all.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>New names, by old name.</summary>
    public IReadOnlyDictionary<string, string> Rename { get; init; } = new Dictionary<string, string>();

    /// <summary>Added to the name of every collection that <see cref="Rename"/> does not name.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether existing collections may be overwritten.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether a partial backup may be used.</summary>
    public bool AllowPartial { get; init; }

    /// <summary>Whether aliases are made to point to the restored collections. Null: only for collections restored under their own name.</summary>
    public bool? SwitchAliases { get; init; }

    /// <summary>The newest backup of this cluster by the app's memory outside the store; it shows whether the store was rolled back, and is used when no backup is named.</summary>
    public SeenBackup? Newest { get; init; }

    /// <summary>Whether the plan waits for somebody to approve it by its hash.</summary>
    public bool Approve { get; init; }
}
