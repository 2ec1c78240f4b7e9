using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>One restore, from the request to collections that have settled and hold what the backup says.</summary>
public static class RestoreOrchestrator
{
    private const string PlanStep = "plan";
    private const string ApproveStep = "wait for approval";
    private const string UploadStep = "restore";
    private const string AliasStep = "set aliases";

    private const int AliasesAtOnce = 100;

    private static readonly TimeSpan ApprovalTime = TimeSpan.FromHours(24);

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(RestoreOrchestrator))]
    public static Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, RunSteps.TurnStep, PlanStep, ApproveStep, UploadStep, AliasStep);
        return run.ToTheEndAsync(async () =>
        {
            if (!await run.TakeTurnAsync())
            {
                return new RunEnd(runId, RunState.Cancelled, []);
            }

            run.Checklist.Say("running");
            run.Checklist.Enter(PlanStep);
            var plan = await context.CallActivityAsync<RestorePlanReceipt>(nameof(RestoreActivities.PlanRestore), runId, Retry.Transient);

            run.Checklist.Enter(ApproveStep);
            if (plan.NeedsApproval && !await IsApprovedAsync(context, run, runId, plan))
            {
                return new RunEnd(runId, RunState.Cancelled, []);
            }

            run.Checklist.Enter(UploadStep);
            var work = new RunningPages(context, run, new(0, plan.Items), new(0, plan.Bytes));
            var uploads = await work.RunAsync<RestoreItemRef, RestoreCursor>(nameof(RestorePagesOrchestrator), new RestoreCursor(0));
            if (uploads.Errors.Count > 0 && !uploads.IsCancelled)
            {
                run.Checklist.Judge(uploads.Good > 0 ? "partial" : "failed");
            }

            if (uploads is { IsCancelled: false, Aliased.Count: > 0 })
            {
                run.Checklist.Enter(AliasStep);
                var failed = await SetAliasesAsync(context, runId, uploads.Aliased);
                uploads = uploads.With(failed);
                run.Checklist.Judge(failed.Count == 0 ? "done" : failed.Count < uploads.Aliased.Count ? "partial" : "failed");
            }

            return new RunEnd(runId, StateOf(uploads), uploads.Errors) { Remarks = uploads.Remarks };
        });
    }

    // Last, when every collection is there.
    private static async Task<IReadOnlyList<RunError>> SetAliasesAsync(TaskOrchestrationContext context, string runId, IReadOnlyList<int> items)
    {
        var errors = new List<RunError>();
        foreach (var batch in items.Chunk(AliasesAtOnce))
        {
            try
            {
                errors.AddRange((await context.CallActivityAsync<AliasReceipt>(nameof(RestoreActivities.SetAliases), new AliasBatch(runId, batch), Retry.Transient)).Errors);
            }
            catch (TaskFailedException e)
            {
                errors.Add(StepFailure.ErrorOf(e));
            }
        }

        return errors;
    }

    private static async Task<bool> IsApprovedAsync(TaskOrchestrationContext context, RunSteps run, string runId, RestorePlanReceipt plan)
    {
        run.Checklist.Say("waiting for approval");
        using var over = new CancellationTokenSource();
        using var loop = new RunLoop(context, run);
        var late = context.CreateTimer(ApprovalTime, over.Token);
        var approved = await IsRecordedAsync(context, runId, plan);
        var woken = context.WaitForExternalEvent<string>(Events.Approve);
        while (!approved && !late.IsCompleted && !loop.IsStopping)
        {
            await loop.WaitAsync([woken, late]);
            if (woken.IsCompleted)
            {
                // The event only wakes the run, whatever it holds: the sealed record of the approval counts, and only one of this very plan.
                approved = await IsRecordedAsync(context, runId, plan);
                woken = context.WaitForExternalEvent<string>(Events.Approve);
            }
        }

        over.Cancel();
        loop.ThrowIfLost();
        if (!approved && !run.IsCancelled)
        {
            throw new RefusedStepException($"The plan was not approved within {ApprovalTime.TotalHours} hours", "Ask for the restore again; approve with the plan's hash.");
        }

        run.Checklist.Say("running");
        return approved;
    }

    private static Task<bool> IsRecordedAsync(TaskOrchestrationContext context, string runId, RestorePlanReceipt plan) =>
        context.CallActivityAsync<bool>(nameof(RestoreActivities.FindApproval), new ApprovalWanted(runId, plan.PlanHash), Retry.Transient);

    private static RunState StateOf(PagesOutcome uploads) => (uploads.IsCancelled, uploads.Good, uploads.Errors.Count) switch
    {
        (true, _, _) => RunState.Cancelled,
        (_, 0, > 0) => RunState.Failed,
        (_, _, > 0) => RunState.Partial,
        _ => RunState.Complete,
    };
}
