using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The second half of a round: pins, then manifests; whatever they need is taken back from what may go (W3).</summary>
internal sealed class GarbageCheck(SealedStore store, DeadBackups dead, RunPins pins, ChunkMarking marking, DamageRecords damage, PruneOptions options)
{
    // The parts of a service do not agree on the time to the second.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(15);

    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>Takes back what is needed.</summary>
    public async Task RunAsync(PruneWork work, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<ChunkId> unneeded = await ListDamagedAsync(work, cancellationToken);
        var keepers = new HashSet<BackupId>();
        DateTimeOffset oldest = await ReadPinsAsync(keepers, now, cancellationToken);

        // After the pins: a run that has let go of its pin since then has a manifest, or a marker that keeps it from ever having one.
        HashSet<BackupId> existing = await ReadManifestsAsync(work, unneeded, cancellationToken);

        // Ended within the grace period or on hold, with no manifest to read what it needs from. An end that somebody began to take back when the manifest was gone stays an end.
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

        // A run puts chunks before it names them in a list: whatever was put since the oldest pin began may be such a chunk.
        foreach (ChunkId chunk in work.Round.Chunks.Where(c => c.Value.Modified >= oldest).Select(c => c.Key).ToList())
        {
            work.Round.Chunks.Remove(chunk);
        }

        await damage.RemoveAsync(unneeded, cancellationToken);
    }

    /// <summary>Chunks of this round that are known to be damaged or missing and that nothing marked needs; what is left of them in the end is no damage any more.</summary>
    private async Task<HashSet<ChunkId>> ListDamagedAsync(PruneWork work, CancellationToken cancellationToken) =>
        [.. (await damage.LoadAsync(cancellationToken)).Ids.Where(c => c.FirstByte >= work.Next && c.FirstByte < work.Round.Position && !work.Live.Contains(c))];

    /// <summary>
    /// Every pin counts, however old, unless it was released longer than the grace period ago: a release is the word of somebody with the store key, who may write it for another's run.
    /// The pins of retention runs tell the time and keep nothing. Returns when the oldest one began.
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

        // For this round and those that follow in the marked slice.
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
