using QdrantBackup.Manifests;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Retention;

/// <summary>The record <c>retention/cluster</c>: which backups the last retention run found on hold.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Held">Those backups.</param>
internal sealed record RetentionMemory(int Format, IReadOnlyList<BackupId> Held);

/// <summary>
/// Holds, and those that vanished: only an overwritten record releases a backup, so one that a retention run has seen and that is gone goes on holding (docs/format.md §6).
/// </summary>
internal sealed class KnownHolds(SealedStore store, BackupHolds holds)
{
    /// <summary>The holds on backups of a cluster, those that vanished too.</summary>
    public async Task<IReadOnlyDictionary<BackupId, Hold>> ListAsync(string cluster, CancellationToken cancellationToken)
    {
        var all = new Dictionary<BackupId, Hold>(await holds.ListAsync(cancellationToken));
        RetentionMemory? memory = await store.GetDocumentAsync(BlobNames.Retention(cluster), SealedType.Record, StoreJson.Default.RetentionMemory, cancellationToken);
        foreach (BackupId id in (memory?.Held ?? []).Where(id => !all.ContainsKey(id)))
        {
            if (await store.Blobs.FindAsync(BlobNames.Hold(id), cancellationToken) is null)
            {
                all.Add(id, new Hold { Id = id, Reason = "its hold vanished without being released: release it, or hold it again", By = "", At = id.Began });
            }
        }

        return all;
    }

    /// <summary>Remembers which backups of a cluster are on hold.</summary>
    public Task RememberAsync(string cluster, IEnumerable<BackupId> held, CancellationToken cancellationToken) => store.PutDocumentAsync(
        BlobNames.Retention(cluster), SealedType.Record, new RetentionMemory(1, [.. held]), StoreJson.Default.RetentionMemory, PutCondition.Always, summary: null, cancellationToken);
}
