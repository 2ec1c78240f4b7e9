using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>
/// Carries over what is said of backups. What must be kept here must be kept over there; a hold that is there is never touched, for who can write here must not be able
/// to release what the other store keeps. That a backup was ended is told only where it never came: its absence must alarm nobody, and one that is there is not ended from here.
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
