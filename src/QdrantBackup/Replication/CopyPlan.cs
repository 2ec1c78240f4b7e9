using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>What a copy will do; a sealed document of its run.</summary>
public sealed record CopyPlan
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What was asked for.</summary>
    public required CopyRequest Request { get; init; }

    /// <summary>The backups, in the order in which they are copied: the newest first.</summary>
    public required IReadOnlyList<BackupId> Backups { get; init; }

    /// <summary>How many parts they have.</summary>
    public long PartCount { get; init; }

    /// <summary>How many bytes they have.</summary>
    public long Bytes { get; init; }

    /// <summary>Warnings.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>One part to copy.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="PartNo">The part's number.</param>
/// <param name="Name">The collection.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="IsFirst">Whether it is the backup's first part.</param>
/// <param name="IsLast">Whether it is the backup's last part, after which the backup is committed.</param>
public sealed record CopyItem(BackupId BackupId, int PartNo, string Name, long Length, bool IsFirst, bool IsLast);

/// <summary>Where in a plan the next page begins.</summary>
/// <param name="Backup">How many of the backups are passed.</param>
/// <param name="Part">How many parts of the next backup are passed.</param>
public sealed record CopyCursor(int Backup = 0, int Part = 0);

/// <summary>Some items of a plan.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record CopyPage(IReadOnlyList<CopyItem> Items, CopyCursor? Next);

/// <summary>Which chunks to copy now.</summary>
/// <param name="RunId">The run.</param>
/// <param name="BackupId">The backup.</param>
/// <param name="PartNo">The part.</param>
/// <param name="Range">The range of the part.</param>
/// <param name="Entry">How many entries of the range's list are done.</param>
public sealed record CopyStep(RunId RunId, BackupId BackupId, int PartNo, int Range = 0, int Entry = 0);

/// <summary>The result of one copy step.</summary>
public sealed record CopyReceipt
{
    /// <summary>Chunks that were copied.</summary>
    public long Chunks { get; init; }

    /// <summary>Bytes copied, sealed, lists included.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Chunks that pinned backups in the target have already.</summary>
    public long Reused { get; init; }

    /// <summary>Where to continue; null when the part is done.</summary>
    public CopyStep? Next { get; init; }
}

/// <summary>The backups in the target that a copy may rely on; a sealed record of the run.</summary>
/// <param name="BackupId">The backup that is copied.</param>
/// <param name="ManifestHash">The keyed hash of its manifest.</param>
/// <param name="Bases">The backups, pinned before their manifests were read.</param>
internal sealed record CopyBases(BackupId BackupId, string ManifestHash, IReadOnlyList<BackupId> Bases)
{
    public int Format { get; init; } = 1;
}

/// <summary>The stored plans of copies.</summary>
public sealed class CopyPlans(SealedStore store)
    : RunPlans<CopyPlan>(store, ReplicationJson.Default.CopyPlan, plan => plan.RunId, "a copy writes only what it planned");
