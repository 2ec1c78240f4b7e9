using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>
/// Copies the marks of backups. A hold of the source is set in the target too. A hold of the target is never changed: with write access to the source it must not be possible
/// to release it. The end of a backup is copied only if the backup never came to the target, so that its absence raises no alarm. A backup in the target is not ended from here.
/// </summary>
internal sealed class MarkCopy(CopyEnds ends)
{
    private static readonly long MaxRecordLength = SealedHeader.MaxSealedLength(SealedType.Record);

    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        HashSet<BackupId> there = await ends.Target.ListIdsAsync(BlobNames.Manifests, cancellationToken);
        await CopyAsync(BlobNames.Holds, _ => true, cancellationToken);
        await CopyAsync(BlobNames.ConfirmedBackups, _ => true, cancellationToken);
        await CopyAsync(BlobNames.Retirements, id => !there.Contains(id), cancellationToken);
    }

    private async Task CopyAsync(string folder, Func<BackupId, bool> mayCopy, CancellationToken cancellationToken)
    {
        HashSet<BackupId> marked = await ends.Target.ListIdsAsync(folder, cancellationToken);
        foreach (BackupId id in (await ends.Source.ListIdsAsync(folder, cancellationToken)).Where(id => !marked.Contains(id) && mayCopy(id)))
        {
            var name = new BlobName(folder + id);
            if (await ends.Source.Blobs.GetAsync(name, MaxRecordLength, cancellationToken) is not { } blob)
            {
                continue;
            }

            try
            {
                _ = ends.Source.Sealer.Open(SealedType.Record, name.Value, blob.Content.Span);
                await ends.Target.Blobs.PutAsync(name, blob.Content, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
            }
            catch (BackupException e) when (e.IsDamage || e is StoreConflictException)
            {
                // Not to be trusted, or put by another copy meanwhile.
            }
        }
    }
}
