using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>Steps of a backup as a whole.</summary>
public sealed class BackupActivities(PerStore<BackupServices> stores, BackupOptions options, FollowUps followUps, KeyChecks keys, RunGuard guard, TimeProvider time)
{
    /// <summary>Plans, pins the bases before it reads them, and stores the plan.</summary>
    [Function(nameof(PlanBackup))]
    public async Task<PlanReceipt> PlanBackup([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        await keys.ThrowIfLostAsync((await stores.OpenAsync(cancellationToken)).Opened.Store, cancellationToken);
        var plan = await ReadPlanAsync(runId, instanceId, cancellationToken);
        var lanes = plan.Lanes
            .Select((lane, number) => new LanePlan(number, lane.Parts.Count, WidthOf(lane.Node)))
            .Where(lane => lane.Parts > 0)
            .ToList();

        // What the limit on parts leaves to each of those that may be under way at once goes to the ranges of large ones.
        var ranges = new RangeLimits(options.MaxParallelParts / Math.Clamp(lanes.Sum(l => l.Width), 1, options.MaxParallelParts), options.RangeBytes);
        return new([.. lanes.Select(l => l with { Ranges = ranges })], plan.PartCount, plan.ExpectedBytes, options.MaxParallelParts);
    }

    /// <summary>Lists some parts of a lane: a plan is too long for a history.</summary>
    [Function(nameof(ListLaneParts))]
    public async Task<LanePage> ListLaneParts([ActivityTrigger] LanePageInput input, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(input.RunId), instanceId, cancellationToken);
        var parts = await services.Plans.ReadLaneAsync(new RunId(input.RunId), input.Lane, input.From, input.Count, cancellationToken);
        return new([.. parts.Select(p => new LanePart(p.PartNo, p.Key, p.ExpectedBytes))]);
    }

    /// <summary>Lists the runs that follow a backup that is over.</summary>
    [Function(nameof(ListFollowUps))]
    public async Task<FollowUpList> ListFollowUps([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        var run = await services.Opened.Records.FindAsync(new RunId(runId), cancellationToken);
        return new(run?.Result?.FollowUps ?? []);
    }

    /// <summary>Writes the manifest (W2), the requests of the runs that follow, and the run's result; what went wrong on the way is recorded with it.</summary>
    [Function(nameof(CommitBackup))]
    public async Task<RunEnd> CommitBackup([ActivityTrigger] RunEnd captured, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, new RunId(captured.RunId), instanceId, cancellationToken);
        var runId = new RunId(captured.RunId);
        var commit = await services.Commit.CommitAsync(runId, cancellationToken);
        var state = commit.State == BackupState.Complete ? RunState.Complete : RunState.Partial;
        var items = commit.Items.Select(i => WithAdvice(i, captured.Errors)).ToList();
        var following = await followUps.RequestAsync(services.Opened, runId, commit, cancellationToken);
        var missing = items.Find(i => i.State != RunState.Complete && i.Error is not null);
        var counted = await services.Opened.Records.WriteResultAsync(
            new RunResult
            {
                RunId = runId,
                State = state,
                Finished = time.GetUtcNow(),
                BackupId = commit.Id,
                Totals = commit.Totals,
                Suspect = commit.Suspect,
                Error = missing is null ? null : $"{missing.Name}: {missing.Error}",
                Hint = missing?.Hint,
                Items = ItemsOf(items, captured.Errors),
                Remarks = commit.Remarks,
                FollowUps = following,
            },
            cancellationToken);
        return captured with { State = counted.State, Remarks = commit.Remarks, Committed = commit.State == BackupState.Complete ? new(commit.Id, commit.ManifestHash, services.Opened.Store.StoreId.ToString()) : null };
    }

    // The manifest keeps why a collection is missing; what to do about it is told by the step that failed.
    private static RunItem WithAdvice(RunItem item, IReadOnlyList<RunError> errors) => item.Error is null
        ? item
        : (errors.FirstOrDefault(e => e.Message == item.Error) ?? errors.FirstOrDefault(e => e.Message.Contains(item.Name, StringComparison.Ordinal))) is { } error
            ? item with { Hint = error.Hint, ErrorKind = error.Kind }
            : item with { Hint = item.Hint ?? "Correct the problem that the message names, or exclude the collection; then start a new backup." };

    // An error that made a collection missing stands with that collection, and is not told again.
    private static IReadOnlyList<RunItem> ItemsOf(IReadOnlyList<RunItem> items, IReadOnlyList<RunError> errors) =>
    [
        .. items,
        .. errors.Where(e => items.All(i => i.Error != e.Message)).Select(e => new RunItem("run", RunState.Partial, Error: e.Message, Hint: e.Hint, ErrorKind: e.Kind)),
    ];

    private async Task<BackupPlanOverview> ReadPlanAsync(string runId, string instanceId, CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        return await services.Planner.PlanAsync(await services.Opened.Records.ReadRequestAsync(new RunId(runId), cancellationToken), cancellationToken);
    }

    private int WidthOf(string node)
    {
        var configured = options.Qdrant.Nodes.FirstOrDefault(n => n.Url.ToString().TrimEnd('/') == node);
        return Math.Max(1, configured?.MaxStoredSnapshots ?? 1);
    }
}
