using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>Deletes what a round found, each blob only as it was listed: a blob that was put again meanwhile has another ETag and stays.</summary>
internal sealed class GarbageDeletion(SealedStore store, ChunkMarking marking, PruneOptions options)
{
    private const int BatchOfEach = 8;
    private const int MaxNamed = 10;

    /// <summary>Lets a round pass whose deletions are usual or allowed. Chunks of backups whose end a person confirmed are not counted, and allow nothing for the rest.</summary>
    /// <exception cref="RefusedException">They are unusual.</exception>
    public async Task ThrowIfUnusualAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        PruneRound round = work.Round;
        if (request.AllowUnusual || UnusualDeletion.OfChunks(round.Chunks.Count, round.Chunks.Values.Sum(c => c.Length), round, options.UnusualShare) is null)
        {
            return;
        }

        HashSet<ChunkId> confirmed = await ListConfirmedAsync(round, cancellationToken);
        Garbage[] left = [.. round.Chunks.Where(c => !confirmed.Contains(c.Key)).Select(c => c.Value)];
        if (UnusualDeletion.OfChunks(left.Length, left.Sum(c => c.Length), round, options.UnusualShare) is { } unusual)
        {
            throw new RefusedException($"nothing is pruned: {unusual}", UnusualDeletion.Hint);
        }
    }

    /// <summary>The chunks of this round that belonged to a backup whose end a person confirmed. Its lists still exist: they go last.</summary>
    private async Task<HashSet<ChunkId>> ListConfirmedAsync(PruneRound round, CancellationToken cancellationToken)
    {
        var chunks = new HashSet<ChunkId>();
        HashSet<BackupId> owners = [.. round.Lists.Keys.Select(l => BlobNames.TryReadListOwner(l, out BackupId id) ? id : default).Where(id => id != default)];
        EndedBackups ended = await store.Ends.ListAsync(owners.Contains, cancellationToken);
        foreach (BackupId owner in owners.Where(id => ended.All.GetValueOrDefault(id)?.Record.Confirmed == true))
        {
            await marking.EachListedChunkAsync(
                owner,
                chunk =>
                {
                    if (round.Chunks.ContainsKey(chunk))
                    {
                        chunks.Add(chunk);
                    }
                },
                cancellationToken);
        }

        return chunks;
    }

    /// <summary>Deletes the next few blobs; at the end the chunk lists, when all chunks of the store are done.</summary>
    public async Task NextAsync(PruneWork work, CancellationToken cancellationToken)
    {
        PruneRound round = work.Round;
        if (round.Chunks.Count > 0)
        {
            (ChunkId Id, Garbage Chunk)[] batch = [.. round.Chunks.Take(options.MaxDeletions * BatchOfEach).Select(c => (c.Key, c.Value))];
            (long deleted, long bytes) = await DeleteAsync(work, [.. batch.Select(c => (BlobNames.Chunk(c.Id), c.Chunk))], cancellationToken);
            work.Totals = work.Totals with { ChunksDeleted = work.Totals.ChunksDeleted + deleted, BytesDeleted = work.Totals.BytesDeleted + bytes };
            Array.ForEach(batch, c => round.Chunks.Remove(c.Id));
            return;
        }

        if (round.Lists.Count > 0 && round.Position == PruneWork.Slices)
        {
            (BlobName Name, Garbage List)[] batch = [.. round.Lists.Take(options.MaxDeletions * BatchOfEach).Select(l => (l.Key, l.Value))];
            (long deleted, _) = await DeleteAsync(work, batch, cancellationToken);
            work.Totals = work.Totals with { ListsDeleted = work.Totals.ListsDeleted + deleted };
            Array.ForEach(batch, l => round.Lists.Remove(l.Name));
            return;
        }

        work.Totals = work.Totals with { ChunksListed = work.Totals.ChunksListed + round.ChunksListed, BytesListed = work.Totals.BytesListed + round.BytesListed };
        work.Next = round.Position;
        work.Round = new PruneRound();
        work.Phase = work.Next == PruneWork.Slices ? PrunePhase.Done : work.Next < work.Live.To ? PrunePhase.BeginRound : PrunePhase.Start;
    }

    private async Task<(long Deleted, long Bytes)> DeleteAsync(PruneWork work, (BlobName Name, Garbage Blob)[] batch, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[batch.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxDeletions, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, batch.Length, parallel, async (i, cancellation) =>
            outcomes[i] = await TryDeleteAsync(batch[i].Name, batch[i].Blob, cancellation));
        string[] immutable = [.. batch.Where((_, i) => outcomes[i] == Outcome.Immutable).Select(b => b.Name.Value)];
        work.Totals = work.Totals with
        {
            Changed = work.Totals.Changed + outcomes.Count(o => o == Outcome.Changed),
            Immutable = work.Totals.Immutable + immutable.Length,
            ImmutableBlobs = [.. work.Totals.ImmutableBlobs.Concat(immutable).Take(MaxNamed)],
        };
        return (outcomes.Count(o => o == Outcome.Deleted), batch.Where((_, i) => outcomes[i] == Outcome.Deleted).Sum(b => b.Blob.Length));
    }

    private async Task<Outcome> TryDeleteAsync(BlobName name, Garbage blob, CancellationToken cancellationToken)
    {
        try
        {
            return await store.Blobs.DeleteAsync(name, blob.ETag, cancellationToken) ? Outcome.Deleted : Outcome.Gone;
        }
        catch (StoreConflictException)
        {
            return Outcome.Changed;
        }
        catch (ImmutableBlobException)
        {
            return Outcome.Immutable;
        }
    }

    private enum Outcome
    {
        Deleted,
        Gone,
        Changed,
        Immutable,
    }
}
