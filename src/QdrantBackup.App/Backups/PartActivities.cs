using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>Steps of one part. Each may run twice, at the same time, on different machines (W9).</summary>
public sealed class PartActivities(PerStore<BackupServices> stores)
{
    /// <summary>Notes which snapshots the node lists before one is made.</summary>
    [Function(nameof(ListSnapshots))]
    public async Task<SnapshotNames> ListSnapshots([ActivityTrigger] PartKey key, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return new(await services.Snapshots.ListNamesAsync(key, cancellationToken));
    }

    /// <summary>Begins a snapshot, unless an earlier attempt at this step has already made one.</summary>
    [Function(nameof(BeginSnapshot))]
    public async Task BeginSnapshot([ActivityTrigger] NewSnapshotsInput input, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        if ((await services.Snapshots.FindNewAsync(input.Key, input.Before, cancellationToken)).Count == 0)
        {
            // W8: should the name never be learnt, the sweep knows where to look.
            if (input.RunId is { } runId)
            {
                var begun = new BegunSnapshot { RunId = runId, Key = input.Key, Before = input.Before, Attempt = input.Attempt };
                await services.MadeSnapshots.NoteBegunAsync(begun, cancellationToken);
            }

            await services.Snapshots.BeginAsync(input.Key, input.Before, cancellationToken);
        }
    }

    /// <summary>What the node lists now and did not before.</summary>
    [Function(nameof(FindNewSnapshots))]
    public async Task<NewSnapshots> FindNewSnapshots([ActivityTrigger] NewSnapshotsInput input, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return new(await services.Snapshots.FindNewAsync(input.Key, input.Before, cancellationToken));
    }

    /// <summary>Notes that this run made the snapshot, so that it is swept even if the run is lost (W8).</summary>
    [Function(nameof(NoteSnapshot))]
    public async Task NoteSnapshot([ActivityTrigger] MadeSnapshot made, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await services.MadeSnapshots.NoteAsync(made, cancellationToken);
    }

    /// <summary>Finds where a large snapshot can be split by reading its headers.</summary>
    [Function(nameof(PlanRanges))]
    public async Task<RangePlan> PlanRanges([ActivityTrigger] RangePlanInput input, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return await services.Ranges.PlanAsync(input, cancellationToken);
    }

    /// <summary>Carries the snapshot into the store for a bounded time and returns the position.</summary>
    [Function(nameof(TransferRange))]
    public async Task<RangeReceipt> TransferRange([ActivityTrigger] TransferStep step, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return await services.Transfer.TransferAsync(step, cancellationToken);
    }

    /// <summary>Proves that what was stored is the snapshot, and records the part.</summary>
    [Function(nameof(RecordPart))]
    public async Task<PartReceipt> RecordPart([ActivityTrigger] PartDone done, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        return await services.Results.RecordDoneAsync(done, cancellationToken);
    }

    /// <summary>Records why a part is missing.</summary>
    [Function(nameof(RecordPartFailed))]
    public async Task RecordPartFailed([ActivityTrigger] PartFailed failed, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await services.Results.RecordFailedAsync(failed, cancellationToken);
    }

    /// <summary>Deletes a snapshot that this run made.</summary>
    [Function(nameof(DeleteSnapshot))]
    public async Task DeleteSnapshot([ActivityTrigger] MadeSnapshot made, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await services.MadeSnapshots.DeleteAsync(made, cancellationToken);
    }
}
