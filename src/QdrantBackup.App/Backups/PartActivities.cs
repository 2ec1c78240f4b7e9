using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;

namespace QdrantBackup.App.Backups;

/// <summary>Steps of one part. Each may run twice, at the same time, on different machines (W9).</summary>
public sealed class PartActivities(PerStore<BackupServices> stores, RunGuard guard, BackupOptions options)
{
    /// <summary>Notes what the node shows before a snapshot is begun there.</summary>
    [Function(nameof(NoteSnapshots))]
    public async Task<SnapshotsNoted> NoteSnapshots([ActivityTrigger] PartOfRun part, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, part.RunId, instanceId, cancellationToken);
        return new(await services.Snapshots.NoteAsync(part.Key, cancellationToken), options.Qdrant.SnapshotWait);
    }

    /// <summary>Begins a snapshot and waits a while for it. A step that was begun before sends nothing again: two requests would make two snapshots.</summary>
    [Function(nameof(BeginSnapshot))]
    public async Task<SnapshotBegun> BeginSnapshot([ActivityTrigger] SnapshotStep step, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckLiveAsync(services.Opened, step.RunId, instanceId, cancellationToken);

        // W8: should the name never be learnt, the sweep knows where to look.
        if (!await services.MadeSnapshots.NoteBegunAsync(step.Begun(), cancellationToken))
        {
            return new(Snapshot: null);
        }

        try
        {
            var answer = await services.Snapshots.CreateAsync(step.Key, cancellationToken);
            return new(answer.Made is { Problem: null } made ? made : null, answer.IsStrange);
        }
        catch (SourceException e)
        {
            await services.MadeSnapshots.NoteOverAsync(step.Begun(), cancellationToken);
            return new(Snapshot: null, Refusal: new(e.Message, e.Hint, e.IsTransient));
        }
    }

    /// <summary>Looks for a snapshot that was begun, for some seconds.</summary>
    [Function(nameof(AwaitSnapshot))]
    public async Task<SnapshotLook> AwaitSnapshot([ActivityTrigger] AwaitStep input, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, input.Step.RunId, instanceId, cancellationToken);
        var look = await services.Snapshots.AwaitAsync(input.Step.Key, input.Step.Before, input.Last, cancellationToken);
        if (look.State is SnapshotState.NeverBegun or SnapshotState.Lost)
        {
            await services.MadeSnapshots.NoteOverAsync(input.Step.Begun(), cancellationToken);
        }

        return look;
    }

    /// <summary>Notes the name of the snapshot, so that it is swept even if the run is lost (W8).</summary>
    [Function(nameof(NoteSnapshot))]
    public async Task NoteSnapshot([ActivityTrigger] MadeSnapshot made, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, made.RunId, instanceId, cancellationToken);
        await services.MadeSnapshots.NoteAsync(made, cancellationToken);
    }

    /// <summary>Decides whose the snapshot is, before others begin more of them.</summary>
    [Function(nameof(JudgeSnapshot))]
    public async Task<MadeSnapshot> JudgeSnapshot([ActivityTrigger] MadeSnapshot made, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, made.RunId, instanceId, cancellationToken);
        return await services.MadeSnapshots.JudgeAsync(made, longest: TimeSpan.Zero, cancellationToken);
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

    /// <summary>Deletes a snapshot if it is proven ours; null, or what stays and why.</summary>
    [Function(nameof(DeleteSnapshot))]
    public async Task<KeptSnapshot?> DeleteSnapshot([ActivityTrigger] MadeSnapshot made, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, made.RunId, instanceId, cancellationToken);
        return await services.MadeSnapshots.DeleteAsync(made, NodeSnapshots.LongestJudgement, cancellationToken);
    }
}
