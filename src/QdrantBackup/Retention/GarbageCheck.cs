using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The second half of a round: lists pins, then manifests; every blob that they need is taken off the garbage (W3).</summary>
internal sealed class GarbageCheck(SealedStore store, DeadBackups dead, RunPins pins, ChunkMarking marking, DamageRecords damage, PruneOptions options)
{
    // The machines of a service disagree about the time by seconds.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(15);

    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>Takes needed blobs off the garbage.</summary>
    public async Task RunAsync(PruneWork work, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<ChunkId> unneeded = await ListDamagedAsync(work, cancellationToken);
        var keepers = new HashSet<BackupId>();
        DateTimeOffset oldest = await ReadPinsAsync(keepers, now, cancellationToken);

        // After the pins: a run that has released its pin since then has a manifest, or a marker that prevents one for good.
        HashSet<BackupId> existing = await ReadManifestsAsync(work, unneeded, cancellationToken);

        // Ended within the grace period or on hold, without a manifest to read its needs from. If its undeletion began after the manifest was deleted, the end still counts.
        keepers.UnionWith((await dead.ListEndedAsync(cancellationToken))
            .Where(e => !existing.Contains(e.Key) && !work.Round.Dead.Contains(e.Key) && e.Value is not { IsKept: true, IsUndeleted: false })
            .Select(e => e.Key));
        foreach (BackupId keeper in keepers.Where(id => !work.Marked.Contains(id)))
        {
            await marking.EachListedChunkAsync(keeper, chunk => Keep(chunk, work.Round, unneeded), cancellationToken);
        }

        foreach (BlobName list in work.Round.Lists.Keys.Where(l => IsKept(l, work, keepers) || work.Round.Lists[l].Modified >= oldest).ToList())
        {
            work.Round.Lists.Remove(list);
        }

        // A run uploads chunks before a list names them: every blob uploaded since the oldest pin began may be such a chunk.
        foreach (ChunkId chunk in work.Round.Chunks.Where(c => c.Value.Modified >= oldest).Select(c => c.Key).ToList())
        {
            work.Round.Chunks.Remove(chunk);
        }

        await damage.RemoveAsync(unneeded, cancellationToken);
    }

    /// <summary>Chunks of this round that are known to be damaged or missing and that no marked backup needs; those still left at the end are no damage any more.</summary>
    private async Task<HashSet<ChunkId>> ListDamagedAsync(PruneWork work, CancellationToken cancellationToken) =>
        [.. (await damage.LoadAsync(cancellationToken)).Ids.Where(c => c.FirstByte >= work.Next && c.FirstByte < work.Round.Position && !work.Live.Contains(c))];

    /// <summary>
    /// Every pin counts, however old, unless it was released longer than the grace period ago: anyone with the store key can write a release, also for another's run.
    /// The pins of retention runs show the time and protect nothing. Returns when the oldest pin began.
    /// </summary>
    private async Task<DateTimeOffset> ReadPinsAsync(HashSet<BackupId> keepers, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset oldest = DateTimeOffset.MaxValue;
        await foreach (PinEntry entry in pins.ListAsync(cancellationToken))
        {
            if (entry.Pin.Kind != RunKind.Retention && entry.Counts(now - options.Grace))
            {
                oldest = entry.Pin.Released || entry.Began >= oldest ? oldest : entry.Began;
                keepers.Add(entry.RunId.AsBackup());
                keepers.UnionWith(entry.Pin.Bases);
                keepers.UnionWith(entry.Pin.Copies ?? []);
            }
        }

        return oldest == DateTimeOffset.MaxValue ? oldest : oldest - ClockSlack;
    }

    private async Task<HashSet<BackupId>> ReadManifestsAsync(PruneWork work, HashSet<ChunkId> unneeded, CancellationToken cancellationToken)
    {
        var existing = new HashSet<BackupId>();
        var unmarked = new List<BackupId>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Manifests, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Manifests, out BackupId id))
            {
                existing.Add(id);
                if (!work.Marked.Contains(id) && !work.Round.Dead.Contains(id) && (work.Seen.Contains(id) || _manifests.TryOpenSummary(entry, id) is not { Aborted: true }))
                {
                    unmarked.Add(id);
                }
            }
        }

        foreach (BackupId id in unmarked)
        {
            if (await marking.EachChunkAsync(id, work, KeepMarked, cancellationToken) is { } manifest)
            {
                work.Marked.Add(id);
                work.Earlier.UnionWith(manifest.Earlier.Select(e => e.Id));
            }
        }

        return existing;

        // For this round and the next ones in the marked slice.
        void KeepMarked(ChunkId chunk)
        {
            Keep(chunk, work.Round, unneeded);
            work.Live.Add(chunk);
        }
    }

    private static void Keep(ChunkId chunk, PruneRound round, HashSet<ChunkId> unneeded)
    {
        round.Chunks.Remove(chunk);
        unneeded.Remove(chunk);
    }

    private static bool IsKept(BlobName list, PruneWork work, HashSet<BackupId> keepers) =>
        BlobNames.TryReadListOwner(list, out BackupId owner) && (work.Marked.Contains(owner) || keepers.Contains(owner));
}
