using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Retention;

/// <summary>The second half of a round: pins, then manifests; whatever they need is taken back from what may go (W3).</summary>
internal sealed class GarbageCheck(SealedStore store, DeadBackups dead, RunPins pins, ChunkMarking marking)
{
    // The parts of a service do not agree on the time to the second.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(15);

    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>Takes back what is needed.</summary>
    public async Task RunAsync(PruneWork work, CancellationToken cancellationToken)
    {
        var keepers = new HashSet<BackupId>();
        DateTimeOffset oldest = await ReadPinsAsync(keepers, cancellationToken);

        // After the pins: a run that has let go of its pin since then has a manifest, or a marker that keeps it from ever having one.
        HashSet<BackupId> existing = await ReadManifestsAsync(work, cancellationToken);

        // Ended within the grace period or on hold, with no manifest to read what it needs from.
        keepers.UnionWith((await dead.ListEndedAsync(cancellationToken)).Keys.Where(id => !existing.Contains(id) && !work.Round.Dead.Contains(id)));
        foreach (BackupId keeper in keepers.Where(id => !work.Marked.Contains(id)))
        {
            await marking.EachListedChunkAsync(keeper, chunk => work.Round.Chunks.Remove(chunk), cancellationToken);
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
    }

    /// <summary>Every pin counts, however old, unless it is released; those of retention runs tell the time and keep nothing. Returns when the oldest one began.</summary>
    private async Task<DateTimeOffset> ReadPinsAsync(HashSet<BackupId> keepers, CancellationToken cancellationToken)
    {
        DateTimeOffset oldest = DateTimeOffset.MaxValue;
        await foreach (PinEntry entry in pins.ListAsync(cancellationToken))
        {
            if (entry.Pin is { Released: false, Kind: not RunKind.Retention })
            {
                oldest = entry.Began < oldest ? entry.Began : oldest;
                keepers.Add(entry.RunId.AsBackup());
                keepers.UnionWith(entry.Pin.Bases);
            }
        }

        return oldest == DateTimeOffset.MaxValue ? oldest : oldest - ClockSlack;
    }

    private async Task<HashSet<BackupId>> ReadManifestsAsync(PruneWork work, CancellationToken cancellationToken)
    {
        var existing = new HashSet<BackupId>();
        var unmarked = new List<BackupId>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Manifests, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Manifests, out BackupId id))
            {
                existing.Add(id);
                if (!work.Marked.Contains(id) && !work.Round.Dead.Contains(id) && _manifests.TryOpenSummary(entry, id) is not { Aborted: true })
                {
                    unmarked.Add(id);
                }
            }
        }

        foreach (BackupId id in unmarked)
        {
            if (await marking.EachChunkAsync(id, work, chunk => Keep(chunk, work), cancellationToken) is { } manifest)
            {
                work.Marked.Add(id);
                work.Earlier.UnionWith(manifest.Earlier.Select(e => e.Id));
            }
        }

        return existing;
    }

    // For this round and those that follow in the marked slice.
    private static void Keep(ChunkId chunk, PruneWork work)
    {
        work.Round.Chunks.Remove(chunk);
        work.Live.Add(chunk);
    }

    private static bool IsKept(BlobName list, PruneWork work, HashSet<BackupId> keepers) =>
        BlobNames.TryReadListOwner(list, out BackupId owner) && (work.Marked.Contains(owner) || keepers.Contains(owner));
}
