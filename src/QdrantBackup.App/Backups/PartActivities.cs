using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>Steps of one part. Each may run twice, at the same time, on different machines (W9).</summary>
public sealed class PartActivities(PerStore<BackupServices> stores, RunGuard guard)
{
    /// <summary>Notes which snapshots the node lists before one is made.</summary>
    [Function(nameof(ListSnapshots))]
    public async Task<SnapshotNames> ListSnapshots([ActivityTrigger] PartOfRun part, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, RunOf(part.RunId), instanceId, cancellationToken);
        return new(await services.Snapshots.ListNamesAsync(part.Key, cancellationToken));
    }

    /// <summary>Begins a snapshot, unless an earlier attempt at this step has already made one.</summary>
    [Function(nameof(BeginSnapshot))]
    public async Task BeginSnapshot([ActivityTrigger] NewSnapshotsInput input, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, RunOf(input.RunId), instanceId, cancellationToken);
        if ((await services.Snapshots.FindNewAsync(input.Key, input.Before, cancellationToken)).Count == 0)
        {
            // W8: should the name never be learnt, the sweep knows where to look.
            var begun = new BegunSnapshot { RunId = RunOf(input.RunId), Key = input.Key, Before = input.Before, Attempt = input.Attempt };
            await services.MadeSnapshots.NoteBegunAsync(begun, cancellationToken);

            await services.Snapshots.BeginAsync(input.Key, input.Before, cancellationToken);
        }
    }

    /// <summary>What the node lists now and did not before.</summary>
    [Function(nameof(FindNewSnapshots))]
    public async Task<NewSnapshots> FindNewSnapshots([ActivityTrigger] NewSnapshotsInput input, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, RunOf(input.RunId), instanceId, cancellationToken);
        return new(await services.Snapshots.FindNewAsync(input.Key, input.Before, cancellationToken));
    }

    /// <summary>Notes that this run made the snapshot, so that it is swept even if the run is lost (W8).</summary>
    [Function(nameof(NoteSnapshot))]
    public async Task NoteSnapshot([ActivityTrigger] MadeSnapshot made, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, made.RunId, instanceId, cancellationToken);
        await services.MadeSnapshots.NoteAsync(made, cancellationToken);
    }

    /// <summary>Finds where a large snapshot can be split by reading its headers.</summary>
    [Function(nameof(PlanRanges))]
    public async Task<RangePlan> PlanRanges([ActivityTrigger] RangePlanInput input, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, input.Whole.RunId, instanceId, cancellationToken);
        return await services.Ranges.PlanAsync(input, cancellationToken);
    }

    /// <summary>Carries the snapshot into the store for a bounded time and returns the position.</summary>
    [Function(nameof(TransferRange))]
    public async Task<RangeReceipt> TransferRange([ActivityTrigger] TransferStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, step.RunId, instanceId, cancellationToken);
        return await services.Transfer.TransferAsync(step, cancellationToken);
    }

    /// <summary>Proves that what was stored is the snapshot, and records the part.</summary>
    [Function(nameof(RecordPart))]
    public async Task<PartReceipt> RecordPart([ActivityTrigger] PartDone done, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, done.RunId, instanceId, cancellationToken);
        return await services.Results.RecordDoneAsync(done, cancellationToken);
    }

    /// <summary>Records why a part is missing.</summary>
    [Function(nameof(RecordPartFailed))]
    public async Task RecordPartFailed([ActivityTrigger] PartFailed failed, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, failed.RunId, instanceId, cancellationToken);
        await services.Results.RecordFailedAsync(failed, cancellationToken);
    }

    /// <summary>Deletes a snapshot that this run made.</summary>
    [Function(nameof(DeleteSnapshot))]
    public async Task DeleteSnapshot([ActivityTrigger] MadeSnapshot made, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, made.RunId, instanceId, cancellationToken);
        await services.MadeSnapshots.DeleteAsync(made, cancellationToken);
    }

    private static RunId RunOf(RunId? runId) => runId
        ?? throw new RefusedException("An earlier version of the app scheduled this step, and it names no run", "Start the backup again.");
}
