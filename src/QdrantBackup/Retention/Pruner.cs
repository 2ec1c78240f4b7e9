using Microsoft.Extensions.Logging;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Deletes what no backup needs, beside running backups on other machines (docs/format.md §7, docs/pruning.md). First the chunks of every backup are marked; then, round by round
/// through the chunk ids, it lists ends and dead runs, chunks, pins and manifests, and deletes the garbage. Each step works for a bounded time and leaves its position in the store.
/// </summary>
public sealed partial class Pruner
{
    private const int MaxRestarts = 5;

    private readonly PruneOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Pruner> _logger;
    private readonly SealedStore _store;
    private readonly MaintenanceMemory _memory;
    private readonly StoreClock _clock;
    private readonly DeadBackups _dead;
    private readonly ChunkMarking _marking;
    private readonly VanishedManifests _vanished;
    private readonly GarbageListing _listing;
    private readonly GarbageCheck _check;
    private readonly GarbageDeletion _deletion;
    private readonly PruneWorkFiles _files;

    /// <summary>Makes the pruner of a store.</summary>
    public Pruner(RetentionRecords records, RunFences fences, DamageRecords damage, PruneOptions options, TimeProvider time, ILogger<Pruner> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        (_store, _memory) = (records.Store, records.Memory);
        _clock = new StoreClock(fences.Pins, records.Memory, options);
        _dead = new DeadBackups(_store, records.Known, records.Catalog, records.Memory, options);
        _marking = new ChunkMarking(_store, _dead, _clock, options);
        _listing = new GarbageListing(_store, _dead, fences, options);
        _check = new GarbageCheck(_store, _dead, fences.Pins, _marking, damage, options);
        _vanished = new VanishedManifests(_store, fences.Pins, _dead, records.Retirement, logger);
        _deletion = new GarbageDeletion(_store, _marking, options);
        _files = new PruneWorkFiles(_store.OfMaintenance);
    }

    /// <summary>
    /// Continues a prune for a bounded time. Repeating a step, or running it twice at once, is harmless. A manifest, pin or list that cannot be read is a <see cref="SealException"/>
    /// that names it; an unusual deletion, or a manifest that vanished, a <see cref="RefusedException"/>, unless the request allows it.
    /// </summary>
    public async Task<PruneReceipt> StepAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        (PruneWork work, StoredDocument<PruneState>? loaded) = await _files.LoadAsync(request.RunId, cancellationToken);
        bool isOver = work.Phase == PrunePhase.Done;
        work.Seen = new SeenManifests(await _memory.ReadAsync(cancellationToken), request.AllowUnusual);
        while (work.Phase != PrunePhase.Done)
        {
            await AdvanceAsync(work, request, cancellationToken);
            if (_time.GetElapsedTime(began) >= _options.StepTime)
            {
                break;
            }
        }

        await RememberAsync(work, cancellationToken);

        if (!isOver)
        {
            try
            {
                await _files.SaveAsync(work, loaded, cancellationToken);
            }
            catch (StoreConflictException)
            {
                // Another attempt at this step was faster; the next step continues from its result.
                (work, _) = await _files.LoadAsync(request.RunId, cancellationToken);
            }
        }

        return new PruneReceipt(work.Phase == PrunePhase.Done, work.Phase, Math.Max(work.Next, work.Round.Position), work.Totals);
    }

    /// <summary>The smallest piece of work that can be saved.</summary>
    private async Task AdvanceAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        switch (work.Phase)
        {
            case PrunePhase.Start:
                await StartAsync(work, request, cancellationToken);
                break;
            case PrunePhase.Mark:
                await MarkNextAsync(work, cancellationToken);
                break;
            case PrunePhase.Account:
                await _vanished.CheckAsync(work, request, cancellationToken);
                work.Phase = PrunePhase.BeginRound;
                break;
            case PrunePhase.BeginRound:
                await _listing.BeginAsync(work, request, await NowAsync(work, request, cancellationToken), cancellationToken);
                break;
            case PrunePhase.List:
                await _listing.NextAsync(work, cancellationToken);
                break;
            case PrunePhase.Check:
                await CheckAsync(work, request, cancellationToken);
                break;
            default:
                await _deletion.NextAsync(work, cancellationToken);
                break;
        }
    }

    // Marking comes before the round and only keeps more: a backup ended in between is still marked, a backup committed in between is read by the check.
    private async Task StartAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        HashSet<BackupId> dead = await _dead.ListAsync(await NowAsync(work, request, cancellationToken), cancellationToken);
        var ids = new List<BackupId>();
        await foreach (var entry in _store.Blobs.ListAsync(BlobNames.Manifests, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Manifests, out BackupId id) && !dead.Contains(id))
            {
                ids.Add(id);
            }
        }

        work.Live = new LiveChunks(work.Next, PruneWork.Slices, _options.MaxLiveChunks);
        work.ToMark = new Queue<BackupId>(ids);
        work.Marked = [];
        work.Phase = ids.Count > 0 ? PrunePhase.Mark : PrunePhase.Account;
    }

    private async Task MarkNextAsync(PruneWork work, CancellationToken cancellationToken)
    {
        BackupId id = work.ToMark.Peek();
        if (await _marking.EachChunkAsync(id, work, work.Live.Add, cancellationToken) is { } manifest)
        {
            work.Marked.Add(id);
            work.Earlier.UnionWith(manifest.Earlier.Select(e => e.Id));
        }

        work.ToMark.Dequeue();
        work.Phase = work.ToMark.Count > 0 ? PrunePhase.Mark : PrunePhase.Account;
    }

    private async Task CheckAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken)
    {
        await _check.RunAsync(work, await _clock.NowAsync(work.RunId, cancellationToken), cancellationToken);
        if (await _clock.NowAsync(work.RunId, cancellationToken) - work.Round.Began > _options.MaxListing)
        {
            if (work.Restarts++ == MaxRestarts)
            {
                throw new StoreException(
                    $"listing some of the store has taken longer than {_options.MaxListing.TotalMinutes} minutes {work.Restarts} times in a row",
                    "Prune from a machine nearer to the store, or list fewer slices at once.");
            }

            LogStartingOver(work.Restarts);

            // The check may have narrowed the slice so far that this round's beginning lies outside it.
            work.Phase = work.Next < work.Live.To ? PrunePhase.BeginRound : PrunePhase.Start;
            return;
        }

        await _deletion.ThrowIfUnusualAsync(work, request, cancellationToken);
        LogDeleting(work.Round.Chunks.Count, work.Round.Lists.Count, work.Round.ChunksListed);
        work.Restarts = 0;
        work.Phase = PrunePhase.Delete;
    }

    private Task<DateTimeOffset> NowAsync(PruneWork work, PruneRequest request, CancellationToken cancellationToken) =>
        _clock.TrustedNowAsync(work.RunId, request.ConfirmClock, cancellationToken);

    /// <summary>Remembers the manifests that were read, and forgets those of backups that are dead and deleted.</summary>
    private async Task RememberAsync(PruneWork work, CancellationToken cancellationToken)
    {
        var gone = new HashSet<BackupId>();
        if (work.Phase == PrunePhase.Done)
        {
            gone.UnionWith((await _dead.ListEndedAsync(cancellationToken)).Keys);
            gone.ExceptWith(await _store.ListIdsAsync(BlobNames.Manifests, cancellationToken));
        }

        await _memory.SeeAsync(work.Seen.New, gone, cancellationToken);
    }

    [LoggerMessage(EventId = 3801, Level = LogLevel.Information, Message = "Deleting {Chunks} of {Listed} chunks and {Lists} chunk lists that nothing needs")]
    private partial void LogDeleting(int chunks, int lists, long listed);

    [LoggerMessage(EventId = 3802, Level = LogLevel.Warning, Message = "Listing took too long; the round starts over ({Restarts})")]
    private partial void LogStartingOver(int restarts);
}
