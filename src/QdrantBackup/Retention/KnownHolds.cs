using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The record <c>retention/cluster</c>: which backups the last retention run found on hold.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Held">Those backups.</param>
internal sealed record RetentionMemory(int Format, IReadOnlyList<BackupId> Held);

/// <summary>
/// All holds, including those that vanished: only an overwritten record releases a backup, so a hold that a retention run has seen and that is missing now still holds (docs/format.md §6).
/// </summary>
internal sealed class KnownHolds(SealedStore store, BackupHolds holds, MaintenanceMemory memory)
{
    /// <summary>Every hold in the store, including those that vanished.</summary>
    public async Task<IReadOnlyDictionary<BackupId, Hold>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new Dictionary<BackupId, Hold>(await holds.ListAsync(cancellationToken));
        await foreach (BlobEntry entry in memory.Place.Blobs.ListAsync(BlobNames.Retentions, cancellationToken))
        {
            await AddVanishedAsync(all, await HeldAsync(entry.Name, cancellationToken), cancellationToken);
        }

        return all;
    }

    private async Task<IReadOnlyList<BackupId>> HeldAsync(BlobName name, CancellationToken cancellationToken)
    {
        try
        {
            return (await memory.Place.GetDocumentAsync(name, SealedType.Record, RetentionJson.Default.RetentionMemory, cancellationToken))?.Held ?? [];
        }
        catch (BackupException e) when (e.IsDamage)
        {
            throw new RefusedException(
                $"nothing is ended or pruned: '{name}', the list of backups on hold, cannot be read: {e.Message}",
                $"Put '{name}' back from soft delete or an older version. If it is lost for good, check the holds ('qdrant-backup list') and delete that blob.");
        }
    }

    private async Task AddVanishedAsync(Dictionary<BackupId, Hold> all, IReadOnlyList<BackupId> held, CancellationToken cancellationToken)
    {
        foreach (BackupId id in held.Where(id => !all.ContainsKey(id)))
        {
            if (await store.Blobs.FindAsync(BlobNames.Hold(id), cancellationToken) is null)
            {
                all.Add(id, new Hold { Id = id, Reason = "its hold vanished without being released: release it, or hold it again", By = "", At = id.Began });
            }
        }
    }

    /// <summary>Remembers which backups of a cluster are on hold.</summary>
    public Task RememberAsync(string cluster, IEnumerable<BackupId> held, CancellationToken cancellationToken) => memory.Place.PutDocumentAsync(
        BlobNames.Retention(cluster), SealedType.Record, new RetentionMemory(1, [.. held]), RetentionJson.Default.RetentionMemory, PutCondition.Always, summary: null, cancellationToken);
}
