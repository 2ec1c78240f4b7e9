using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The first half of a round: lists ends and dead runs, deletes the manifests of dead backups, then lists chunk lists and chunks (docs/format.md §7).</summary>
internal sealed class GarbageListing(SealedStore store, DeadBackups dead, RunFences fences, PruneOptions options)
{
    private const int BeforeChunks = -1;

    /// <summary>Everything that must happen before the first chunk is listed.</summary>
    /// <exception cref="RefusedException">An unusual share of the manifests would be deleted, and the request does not allow that.</exception>
    public async Task BeginAsync(PruneWork work, PruneRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        HashSet<BackupId> ended = await dead.ListAsync(now, cancellationToken);
        FencedRuns runs = await fences.EndSilentAsync(now - options.DeadAfter, now - options.Grace, cancellationToken);

        // A living run may still be reading the backups that it has pinned: their manifests stay too.
        ended.ExceptWith(runs.Pinned);
        long expired = await ExpireManifestsAsync(ended, request, cancellationToken);
        work.Round = new PruneRound { Began = now, Dead = ended, Position = BeforeChunks };
        work.Totals = work.Totals with { RunsFenced = work.Totals.RunsFenced + runs.Ended, ManifestsExpired = work.Totals.ManifestsExpired + expired };
        work.Phase = PrunePhase.List;
    }

    /// <summary>Lists the next slices. Blobs that are not marked and old enough become garbage.</summary>
    public async Task NextAsync(PruneWork work, CancellationToken cancellationToken)
    {
        PruneRound round = work.Round;
        if (round.Position == BeforeChunks)
        {
            await ListListsAsync(work, cancellationToken);
            round.Position = work.Next;
            return;
        }

        int to = Math.Min(round.Position + options.MaxListings, work.Live.To);
        var found = new List<(ChunkId Id, Garbage Chunk)>[to - round.Position];
        long[] bytes = new long[found.Length];
        long[] counts = new long[found.Length];
        int from = round.Position;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxListings, CancellationToken = cancellationToken };
        await Parallel.ForAsync(from, to, parallel, async (slice, cancellation) =>
        {
            int i = slice - from;
            found[i] = [];
            await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Chunks((byte)slice), cancellation))
            {
                if (BlobNames.TryReadChunk(entry.Name, out ChunkId id))
                {
                    counts[i]++;
                    bytes[i] += entry.Length;
                    if (IsOldEnough(entry, round) && !work.Live.Contains(id))
                    {
                        found[i].Add((id, Garbage.Of(entry)));
                    }
                }
            }
        });

        foreach ((ChunkId id, Garbage chunk) in found.SelectMany(f => f))
        {
            round.Chunks[id] = chunk;
        }

        round.ChunksListed += counts.Sum();
        round.BytesListed += bytes.Sum();
        round.Position = to;
        if (to == work.Live.To || round.Chunks.Count >= options.MaxGarbage)
        {
            work.Phase = PrunePhase.Check;
        }
    }

    // Manifest first, chunks later (W2).
    private async Task<long> ExpireManifestsAsync(HashSet<BackupId> ended, PruneRequest request, CancellationToken cancellationToken)
    {
        HashSet<BackupId> there = await store.ListIdsAsync(BlobNames.Manifests, cancellationToken);
        BackupId[] expired = [.. there.Where(ended.Contains)];
        await ThrowIfUnusualAsync(expired, there.Count, request, cancellationToken);
        foreach (BackupId id in expired)
        {
            await store.Blobs.ExpireAsync(BlobNames.Manifest(id), cancellationToken);
        }

        return expired.Length;
    }

    /// <summary>The brake on manifests, before the first one is deleted. A backup that a person ended by name is not counted, and allows nothing for the others.</summary>
    private async Task ThrowIfUnusualAsync(BackupId[] expired, int all, PruneRequest request, CancellationToken cancellationToken)
    {
        if (request.AllowUnusual || expired.Length == 0)
        {
            return;
        }

        IReadOnlyDictionary<BackupId, BackupEnd> ends = await dead.ListEndedAsync(cancellationToken);
        int confirmed = expired.Count(id => ends.GetValueOrDefault(id)?.Record.Confirmed == true);
        if (UnusualDeletion.OfManifests(expired.Length - confirmed, all - confirmed, options.UnusualShare) is { } unusual)
        {
            throw new RefusedException($"nothing is pruned: {unusual}", UnusualDeletion.Hint);
        }
    }

    private async Task ListListsAsync(PruneWork work, CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Lists, cancellationToken))
        {
            if (BlobNames.TryReadListOwner(entry.Name, out BackupId owner) && IsOldEnough(entry, work.Round) && !work.Marked.Contains(owner))
            {
                work.Round.Lists[entry.Name] = Garbage.Of(entry);
            }
        }
    }

    private bool IsOldEnough(BlobEntry entry, PruneRound round) => round.Began - entry.Modified >= options.Grace;
}
