using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>One backup of a cluster, from the request to the manifest.</summary>
public static class BackupOrchestrator
{
    private const string PlanStep = "plan";
    private const string CaptureStep = "capture";
    private const string CommitStep = "commit";

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(BackupOrchestrator))]
    public static async Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, RunSteps.TurnStep, PlanStep, CaptureStep, CommitStep);
        var end = await run.ToTheEndAsync(async () =>
        {
            if (!await run.TakeTurnAsync())
            {
                return new RunEnd(runId, RunState.Cancelled, []);
            }

            run.Checklist.Say("running");
            run.Checklist.Enter(PlanStep);
            var plan = await context.CallActivityAsync<PlanReceipt>(nameof(BackupActivities.PlanBackup), runId, Retry.Transient);

            run.Checklist.Enter(CaptureStep);
            using var lanes = new RunningLanes(context, run, plan);
            var captured = await lanes.CaptureAsync();
            if (captured.Cancelled > 0 || run.IsCancelled)
            {
                return new RunEnd(runId, RunState.Cancelled, captured.Errors);
            }

            if (captured.Failed > 0)
            {
                run.Checklist.Judge(captured.Captured > 0 ? "partial" : "failed");
            }

            run.Checklist.Enter(CommitStep);
            return await context.CallActivityAsync<RunEnd>(
                nameof(BackupActivities.CommitBackup), new RunEnd(runId, RunState.Complete, captured.Errors), Retry.Transient);
        });

        if (end.State is RunState.Complete or RunState.Partial)
        {
            await FollowUpSteps.RunAsync(context, runId);
        }

        return end;
    }
}
