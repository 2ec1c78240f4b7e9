using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>How far the second store is behind.</summary>
/// <param name="Missing">Complete whole backups of the cluster that are not in it.</param>
/// <param name="NewestCopied">The newest that is, or null.</param>
/// <param name="LagSeconds">How much older that is than the newest backup of all; null when there is none in the second store.</param>
public sealed record CopyLag(int Missing, BackupId? NewestCopied, long? LagSeconds);

/// <summary>The records <c>copies/backupId</c>: those of the first store answer without asking the second, those of the second list what was copied there.</summary>
public sealed class CopyRecords(SealedStore store, TimeProvider time)
{
    /// <summary>The record of a backup, or null. One that does not open counts as missing: the next copy writes a new one.</summary>
    public Task<CopyRecord?> FindAsync(BackupId id, CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(BlobNames.Copy(id), PartsJson.Default.CopyRecord, cancellationToken);

    /// <summary>The backups that have a record.</summary>
    public async Task<IReadOnlySet<BackupId>> ListAsync(CancellationToken cancellationToken) => await store.ListIdsAsync(BlobNames.Copies, cancellationToken);

    /// <summary>How far the second store is behind a cluster's complete whole backups; the list is newest first, without backups dated ahead.</summary>
    public async Task<CopyLag> LagAsync(IReadOnlyList<BackupId> complete, CancellationToken cancellationToken)
    {
        IReadOnlySet<BackupId> copied = await ListAsync(cancellationToken);
        BackupId[] there = [.. complete.Where(copied.Contains)];
        return there.Length == 0
            ? new CopyLag(complete.Count, NewestCopied: null, LagSeconds: null)
            : new CopyLag(complete.Count - there.Length, there[0], (long)(complete[0].Began - there[0].Began).TotalSeconds);
    }

    internal Task WriteAsync(BackupId id, string manifestHash, string location, RunId runId, bool underWay, CancellationToken cancellationToken) => store.PutDocumentAsync(
        BlobNames.Copy(id),
        SealedType.Record,
        new CopyRecord { BackupId = id, ManifestHash = manifestHash, Location = location, At = time.GetUtcNow(), RunId = runId, UnderWay = underWay },
        PartsJson.Default.CopyRecord,
        PutCondition.Always,
        summary: null,
        cancellationToken);
}
