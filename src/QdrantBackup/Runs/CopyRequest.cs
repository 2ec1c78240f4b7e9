using QdrantBackup.Ids;

namespace QdrantBackup.Runs;

/// <summary>What to copy into the second store.</summary>
public sealed record CopyRequest
{
    /// <summary>This backup; null means every backup of the cluster that is not there yet.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>The other way round: from the second store into the first, for backups that it lost.</summary>
    public bool Back { get; init; }

    /// <summary>Whether a new second store is made if its place is empty although backups were copied there before.</summary>
    public bool Make { get; init; }

    /// <summary>Whether every copied byte is read back before a copy counts, instead of a sample of the chunks that this machine never saw.</summary>
    public bool Full { get; init; }
}
