using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>Reads which chunks backups need. A manifest or list that cannot be read, or has a newer format, stops the prune with an error that names it.</summary>
internal sealed class ChunkMarking(SealedStore store, DeadBackups dead, StoreClock clock, PruneOptions options)
{
    private readonly ManifestDocuments _manifests = new(store);
    private readonly PartReader _reader = new(store, options.MaxLists);

    /// <summary>Hands out every chunk that a backup needs, some of them more than once. Returns its manifest; null when it is missing, is the marker of a dead run, or its backup is dead by now.</summary>
    public async Task<Manifest?> EachChunkAsync(BackupId id, PruneWork work, Action<ChunkId> take, CancellationToken cancellationToken)
    {
        try
        {
            if (await _manifests.FindAsync(id, cancellationToken) is not { } found)
            {
                return null;
            }

            (Manifest manifest, string hash) = found;
            work.Seen.Check(id, manifest.Aborted ? null : hash);
            if (manifest.Aborted)
            {
                return null;
            }

            IEnumerable<(ManifestPart Part, ManifestRange Range)> ranges = manifest.Parts.SelectMany(p => p.Ranges.Select(r => (p, r)));
            await foreach (ChunkList list in Prefetch.InOrderAsync(
                ranges, options.MaxLists, (r, cancellation) => _reader.OpenListAsync(r.Part, r.Range, cancellation), cancellationToken))
            {
                Each(list, take);
            }

            return manifest;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            // Another prune may be deleting it, if its grace period is over by now.
            return await dead.IsDeadAsync(id, await clock.NowAsync(work.RunId, cancellationToken), cancellationToken) ? null : throw Stop(e);
        }
    }

    /// <summary>Hands out every chunk that any list filed under a backup's id names, with or without a manifest.</summary>
    public async Task EachListedChunkAsync(BackupId id, Action<ChunkId> take, CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.ListsOf(id), cancellationToken))
        {
            try
            {
                // Deleted since the listing: another prune found that no backup needs it.
                if (await store.FindPlainAsync(entry.Name, SealedType.List, cancellationToken) is { } found)
                {
                    Each(ChunkList.Read(entry.Name.Value, found.Value), take);
                }
            }
            catch (BackupException e) when (e.IsDamage)
            {
                throw Stop(e);
            }
        }
    }

    private static void Each(ChunkList list, Action<ChunkId> take)
    {
        foreach (ChunkListEntry entry in list.Entries)
        {
            if (!entry.IsInline)
            {
                take(entry.Id);
            }
        }
    }

    private static SealException Stop(BackupException damage) => new(
        $"nothing is pruned while the chunks of a backup are unknown: {damage.Message}",
        "Put the blob back from soft delete, an older version or the second store, or give the backup up with 'qdrant-backup delete'.",
        damage);
}
