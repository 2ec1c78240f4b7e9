using QdrantBackup.Ids;

namespace QdrantBackup.Usage;

/// <summary>What a store holds, by backup and collection. Stored bytes are those of sealed blobs.</summary>
public sealed record UsageReport
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When it was computed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>A text that changes whenever a backup comes or goes.</summary>
    public required string Catalog { get; init; }

    /// <summary>How many chunks the store holds.</summary>
    public long Chunks { get; init; }

    /// <summary>Stored bytes of all chunks.</summary>
    public long ChunkBytes { get; init; }

    /// <summary>Of these, bytes of chunks that a backup needs.</summary>
    public long NeededBytes { get; init; }

    /// <summary>Stored bytes of all chunk lists and manifests.</summary>
    public long ListBytes { get; init; }

    /// <summary>All stored bytes together.</summary>
    public long StoredBytes => ChunkBytes + ListBytes;

    /// <summary>Bytes in the snapshots of all backups.</summary>
    public long LogicalBytes { get; init; }

    /// <summary>Each backup, newest first.</summary>
    public required IReadOnlyList<BackupUsage> Backups { get; init; }

    /// <summary>Each collection, by name.</summary>
    public required IReadOnlyList<CollectionUsage> Collections { get; init; }

    /// <summary>How it grows.</summary>
    public required Growth Growth { get; init; }
}

/// <summary>The room that one backup takes.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Cluster">The cluster that was backed up.</param>
/// <param name="Retired">Whether it was ended and is deleted by a later prune.</param>
/// <param name="LogicalBytes">Bytes in its snapshots.</param>
/// <param name="UniqueBytes">Stored bytes that only this backup needs, its lists included: deleting it would free them.</param>
/// <param name="SharedBytes">Stored bytes that it and other backups need.</param>
/// <param name="NewBytes">Stored bytes that this backup put.</param>
public sealed record BackupUsage(BackupId Id, string Cluster, bool Retired, long LogicalBytes, long UniqueBytes, long SharedBytes, long NewBytes);

/// <summary>The room that one collection takes, over all backups.</summary>
/// <param name="Name">The collection.</param>
/// <param name="Cluster">The cluster it is in.</param>
/// <param name="Backups">How many backups hold it.</param>
/// <param name="LogicalBytes">Bytes of its snapshot in the newest of them.</param>
/// <param name="StoredBytes">Stored bytes of its chunks; those that several collections need count for the first of them.</param>
/// <param name="NewBytes">Stored bytes that were put for it in the last thirty days.</param>
public sealed record CollectionUsage(string Name, string Cluster, int Backups, long LogicalBytes, long StoredBytes, long NewBytes);

/// <summary>How a store grows, by the bytes that backups put in the last thirty days. What pruning frees is not subtracted, so this is an upper bound.</summary>
/// <param name="Days">Days that the figure is from.</param>
/// <param name="BytesPerDay">Stored bytes put a day.</param>
/// <param name="In30Days">Stored bytes in thirty days.</param>
/// <param name="In90Days">Stored bytes in ninety days.</param>
/// <param name="In365Days">Stored bytes in a year.</param>
public sealed record Growth(double Days, long BytesPerDay, long In30Days, long In90Days, long In365Days);
