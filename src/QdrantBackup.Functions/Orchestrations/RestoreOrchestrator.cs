using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.Functions.Activities;
using QdrantBackup.Runs;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>One restore, from the request to collections that have settled and hold what the backup says.</summary>
public static class RestoreOrchestrator
{
    private const string PlanStep = "plan";
    private const string ApproveStep = "wait for approval";
    private const string UploadStep = "restore";
    private const string AliasStep = "set aliases";

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
            if (plan.NeedsApproval && !await IsApprovedAsync(context, run, plan))
            {
                return new RunEnd(runId, RunState.Cancelled, []);
            }

            run.Checklist.Enter(UploadStep);
            var uploads = new Uploads(context, run, runId, plan);
            var errors = await uploads.RestoreAsync();

            if (!run.IsCancelled)
            {
                run.Checklist.Enter(AliasStep);
                errors = [.. errors, .. await uploads.SetAliasesAsync()];
            }

            return new RunEnd(runId, StateOf(run, uploads, errors), errors);
        });
    }

    private static async Task<bool> IsApprovedAsync(TaskOrchestrationContext context, RunSteps run, RestorePlanReceipt plan)
    {
        run.Checklist.Say("waiting for approval");
        using var over = new CancellationTokenSource();
        var late = context.CreateTimer(ApprovalTime, over.Token);
        var approved = false;
        while (!approved && !late.IsCompleted && !run.IsCancelled)
        {
            var approval = context.WaitForExternalEvent<string>(Events.Approve);
            await RunSteps.FirstOfAsync(approval, late, run.Cancelled);

            // An approval of another plan than this one approves nothing.
            approved = approval.IsCompleted && await approval == plan.PlanHash;
        }

        over.Cancel();
        if (!approved && !run.IsCancelled)
        {
            throw new RefusedStepException($"Nobody approved the plan within {ApprovalTime.TotalHours} hours", "Ask for the restore again; approve with the plan's hash.");
        }

        run.Checklist.Say("running");
        return approved;
    }

    private static RunState StateOf(RunSteps run, Uploads uploads, IReadOnlyList<RunError> errors) => (run.IsCancelled, uploads.Restored, errors.Count) switch
    {
        (true, _, _) => RunState.Cancelled,
        (_, 0, > 0) => RunState.Failed,
        (_, _, > 0) => RunState.Partial,
        _ => RunState.Complete,
    };
}
