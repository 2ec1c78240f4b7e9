using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;

namespace QdrantBackup.App.Retention;

/// <summary>Ends the backups that no rule keeps, and deletes what no backup needs. It takes no turn on the cluster: it is safe beside running backups.</summary>
public static class RetentionOrchestrator
{
    private const string JudgeStep = "judge the backups";
    private const string EndStep = "end backups";
    private const string PruneStep = "delete what nothing needs";
    private const string CleanStep = "remove old records";
    private const int PageSize = 100;
    private const int MaxLeft = 50;

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(RetentionOrchestrator))]
    public static Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, JudgeStep, EndStep, PruneStep, CleanStep);
        return run.ToTheEndAsync(async () =>
        {
            run.Checklist.Enter(JudgeStep);
            var plan = await context.CallActivityAsync<RetentionPlanReceipt>(nameof(RetentionActivities.PlanRetention), runId, Retry.Transient);

            // On a full disk the rest finds room then.
            var emptied = await EmptyTrashAsync(context, run, runId, plan, null);

            run.Checklist.Enter(EndStep);
            var left = await EndBackupsAsync(context, run, runId, plan);

            PruneTotals? pruned = null;
            if (plan.Prune && !run.IsCancelled)
            {
                run.Checklist.Enter(PruneStep);
                pruned = await PruneAsync(context, run, runId);

                run.Checklist.Enter(CleanStep);
                await CleanAsync(context, run, runId);

                // What this run deleted went into the trash.
                emptied = await EmptyTrashAsync(context, run, runId, plan, emptied);
            }

            var state = run.IsCancelled ? RunState.Cancelled : RunState.Complete;
            return await context.CallActivityAsync<RunEnd>(nameof(RetentionActivities.RecordRetention), new RetentionEnd(runId, state, left, pruned, emptied), Retry.Transient);
        });
    }

    private static async Task<IReadOnlyList<RetirementReceipt>> EndBackupsAsync(TaskOrchestrationContext context, RunSteps run, string runId, RetentionPlanReceipt plan)
    {
        var left = new List<RetirementReceipt>();
        for (var from = 0; from < plan.Backups && !run.IsCancelled; from += PageSize)
        {
            run.Checklist.Report(new Progress(from, plan.Backups), default, []);
            var page = await context.CallActivityAsync<RetentionPage>(
                nameof(RetentionActivities.EndBackups), new RetentionPageInput(runId, from, PageSize), Retry.Transient);
            left.AddRange(page.Backups.Where(b => !b.Ended).Take(MaxLeft - left.Count));
        }

        run.Checklist.Report(new Progress(plan.Backups, plan.Backups), default, []);
        return left;
    }

    private static async Task<PruneTotals?> PruneAsync(TaskOrchestrationContext context, RunSteps run, string runId)
    {
        PruneReceipt? receipt = null;
        while (receipt is not { Done: true } && !run.IsCancelled)
        {
            var step = context.CallActivityAsync<PruneReceipt>(nameof(RetentionActivities.Prune), runId, Retry.Transient);
            using var loop = new RunLoop(context, run);
            receipt = await loop.UntilAsync(step);
            run.Checklist.Report(new Progress(receipt.Position, 256), default, []);
        }

        return receipt?.Totals;
    }

    private static async Task<EmptiedTrash?> EmptyTrashAsync(
        TaskOrchestrationContext context, RunSteps run, string runId, RetentionPlanReceipt plan, EmptiedTrash? before)
    {
        if (!plan.EmptyTrash || run.IsCancelled)
        {
            return before;
        }

        var step = context.CallActivityAsync<EmptiedTrash>(nameof(RetentionActivities.EmptyTrash), runId, Retry.Transient);
        using var loop = new RunLoop(context, run);
        var now = await loop.UntilAsync(step);
        return before is null ? now : new EmptiedTrash(before.Days + now.Days, before.Files + now.Files, before.Bytes + now.Bytes);
    }

    private static async Task CleanAsync(TaskOrchestrationContext context, RunSteps run, string runId)
    {
        CleanupReceipt? receipt = null;
        while (receipt is not { Done: true } && !run.IsCancelled)
        {
            var step = context.CallActivityAsync<CleanupReceipt>(nameof(RetentionActivities.CleanRecords), runId, Retry.Transient);
            using var loop = new RunLoop(context, run);
            receipt = await loop.UntilAsync(step);
        }
    }
}
