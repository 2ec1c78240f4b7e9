using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Retention;

/// <summary>Steps of a retention.</summary>
public sealed class RetentionActivities(PerStore<RetentionServices> stores, BackupOptions options, RunGuard guard, TimeProvider time)
{
    /// <summary>Judges the backups for the store's own time and stores the plan.</summary>
    [Function(nameof(PlanRetention))]
    public async Task<RetentionPlanReceipt> PlanRetention([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(new RunId(runId), cancellationToken);
        var wanted = RetentionRequest.Of(services.Opened.Store, request);
        var plan = await services.Planner.PlanAsync(request, await NowAsync(services, request, cancellationToken), cancellationToken);
        return new(plan.End.Count, wanted.Prune, wanted.EmptyTrash);
    }

    /// <summary>Ends some of the plan's backups; what must not be ended any more is left alone and said.</summary>
    [Function(nameof(EndBackups))]
    public async Task<RetentionPage> EndBackups([ActivityTrigger] RetentionPageInput input, string instanceId, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(input.RunId), instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(new RunId(input.RunId), cancellationToken);
        var plan = await services.Plans.ReadAsync(request.RunId, cancellationToken);
        RetentionVerdict[] page = [.. plan.End.Skip(input.From).Take(input.Count)];
        var template = new Retirement
        {
            Id = page[0].Id,
            Reason = "",
            By = $"retention, asked for by {request.RequestedBy}",
            At = time.GetUtcNow(),
            RunId = request.RunId,
            Confirmed = RetentionRequest.Of(services.Opened.Store, request) is { AllowUnusual: true, PlanHash: not null },
        };
        return new(await services.Endings.EndAsync(plan.Cluster, page, await NowAsync(services, request, cancellationToken), template, cancellationToken));
    }

    /// <summary>Prunes for a bounded time.</summary>
    [Function(nameof(Prune))]
    public async Task<PruneReceipt> Prune([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(new RunId(runId), cancellationToken);
        var wanted = RetentionRequest.Of(services.Opened.Store, request);
        return await services.Pruner.StepAsync(new PruneRequest(request.RunId, wanted.AllowUnusual, request.RequestedBy, wanted.ConfirmClock), cancellationToken);
    }

    /// <summary>Removes old records for a bounded time.</summary>
    [Function(nameof(CleanRecords))]
    public async Task<CleanupReceipt> CleanRecords([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(new RunId(runId), cancellationToken);
        return await services.Cleanup.StepAsync(await NowAsync(services, request, cancellationToken), cancellationToken);
    }

    /// <summary>Removes for good what lies in the trash, whatever its age: somebody said yes to that.</summary>
    [Function(nameof(EmptyTrash))]
    public async Task<EmptiedTrash> EmptyTrash([ActivityTrigger] string runId, string instanceId, CancellationToken cancellationToken)
    {
        RetentionServices.ThrowUnlessAllowed(options);
        var services = await OpenAsync(cancellationToken);
        await guard.CheckNotOverAsync(services.Opened, new RunId(runId), instanceId, cancellationToken);
        var request = await services.Opened.Records.ReadRequestAsync(new RunId(runId), cancellationToken);
        return RetentionRequest.Of(services.Opened.Store, request).EmptyTrash
            ? await services.Opened.EmptyTrashAsync(cancellationToken)
            : throw new RefusedException($"run {runId} was not asked to empty the trash", "Start a new run with 'qdrant-backup cleanup --empty-trash'.");
    }

    /// <summary>Records what was ended, what was left alone and why, and what was deleted.</summary>
    [Function(nameof(RecordRetention))]
    public async Task<RunEnd> RecordRetention([ActivityTrigger] RetentionEnd end, string instanceId, CancellationToken cancellationToken)
    {
        var services = await OpenAsync(cancellationToken);
        await guard.CheckOwnAsync(services.Opened, new RunId(end.RunId), instanceId, cancellationToken);
        var runId = new RunId(end.RunId);
        var plan = await services.Plans.ReadAsync(runId, cancellationToken);
        var left = end.Left.ToDictionary(r => r.Id);
        if (end.State == RunState.Complete)
        {
            await services.Records.Memory.NoteRetentionAsync(await services.Clock.NowAsync(runId, cancellationToken), cancellationToken);
        }

        var ended = plan.End.Select(v => v.Id).Where(id => !left.ContainsKey(id)).ToHashSet();
        var room = await services.Opened.ReportRoomAsync(ended, plan.Now, options, cancellationToken);
        var counted = await services.Opened.Records.WriteResultAsync(
            new RunResult
            {
                RunId = runId,
                State = end.State,
                Finished = time.GetUtcNow(),
                Pruned = end.Pruned,
                Room = room with { DeletedBytes = end.Pruned?.BytesDeleted ?? 0, Emptied = end.Emptied },
                Items = [.. plan.End.Select(v => ItemOf(v, left.GetValueOrDefault(v.Id)))],
            },
            cancellationToken);
        await services.Opened.KeepRoomAsync(cancellationToken);
        return new RunEnd(end.RunId, counted.State, []);
    }

    /// <summary>Opens the store for what makes room: on a full disk with the reserve given up.</summary>
    private async Task<RetentionServices> OpenAsync(CancellationToken cancellationToken)
    {
        var services = await stores.OpenAsync(cancellationToken);
        await services.Opened.MakeRoomAsync(cancellationToken);
        return services;
    }

    private static RunItem ItemOf(RetentionVerdict verdict, RetirementReceipt? left) => left is null
        ? new RunItem(verdict.Id.Value, RunState.Complete)
        : new RunItem(verdict.Id.Value, RunState.Refused, Error: $"Backup {verdict.Id} was left alone: {left.Why}", Hint: "The next retention looks at it again.");

    // The store's clock, so that neither grace nor age depends on a machine's; refused where it seems to have jumped.
    private static Task<DateTimeOffset> NowAsync(RetentionServices services, RunRequest request, CancellationToken cancellationToken) =>
        services.Clock.TrustedNowAsync(request.RunId, RetentionRequest.Of(services.Opened.Store, request).ConfirmClock, cancellationToken);
}
