using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Replication;

/// <summary>That a backup is in the second store.</summary>
public sealed record CopyRecord
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The keyed hash of its manifest.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>Where the second store is, without anything secret.</summary>
    public required string Location { get; init; }

    /// <summary>When it was found whole there.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The run that copied it.</summary>
    public required RunId RunId { get; init; }
}

/// <summary>How far the second store is behind.</summary>
/// <param name="Missing">Complete backups of the cluster that are not in it.</param>
/// <param name="NewestCopied">The newest that is, or null.</param>
/// <param name="LagSeconds">How much older that is than the newest backup of all; null when there is none in the second store.</param>
public sealed record CopyLag(int Missing, BackupId? NewestCopied, long? LagSeconds);

/// <summary>The records <c>copies/backupId</c> in the first store: so that it can tell without asking the second.</summary>
public sealed class CopyRecords(SealedStore store, TimeProvider time)
{
    /// <summary>The record of a backup, or null. One that does not open counts as none: the next copy makes a new one.</summary>
    public Task<CopyRecord?> FindAsync(BackupId id, CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(BlobNames.Copy(id), StoreJson.Default.CopyRecord, cancellationToken);

    /// <summary>The backups that have a record.</summary>
    public async Task<IReadOnlySet<BackupId>> ListAsync(CancellationToken cancellationToken) => await store.ListIdsAsync(BlobNames.Copies, cancellationToken);

    /// <summary>How far the second store is behind a cluster's complete backups, which come newest first.</summary>
    public async Task<CopyLag> LagAsync(IReadOnlyList<BackupId> complete, CancellationToken cancellationToken)
    {
        IReadOnlySet<BackupId> copied = await ListAsync(cancellationToken);
        BackupId[] there = [.. complete.Where(copied.Contains)];
        return there.Length == 0
            ? new CopyLag(complete.Count, NewestCopied: null, LagSeconds: null)
            : new CopyLag(complete.Count - there.Length, there[0], (long)(complete[0].Began - there[0].Began).TotalSeconds);
    }

    internal Task WriteAsync(BackupId id, string manifestHash, string location, RunId runId, CancellationToken cancellationToken) => store.PutDocumentAsync(
        BlobNames.Copy(id),
        SealedType.Record,
        new CopyRecord { BackupId = id, ManifestHash = manifestHash, Location = location, At = time.GetUtcNow(), RunId = runId },
        StoreJson.Default.CopyRecord,
        PutCondition.Always,
        summary: null,
        cancellationToken);
}
