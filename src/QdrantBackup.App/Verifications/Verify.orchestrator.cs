using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>Reads backups back, those whose proof is owed first, and finds out whom it touches if something is damaged. A repair is the same, and mends what it meets.</summary>
public static class VerifyOrchestrator
{
    private const string PlanStep = "plan";
    private const string ReadStep = "read back";
    private const string TraceStep = "check affected backups";

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(VerifyOrchestrator))]
    public static Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, PlanStep, ReadStep, TraceStep);
        return run.ToTheEndAsync(async () =>
        {
            run.Checklist.Enter(PlanStep);
            var plan = await context.CallActivityAsync<VerifyPlanReceipt>(nameof(VerifyActivities.PlanVerification), runId, Retry.Transient);

            run.Checklist.Enter(ReadStep);
            var work = new RunningPages(context, run, new(0, plan.Items), new(0, plan.Bytes));
            var read = await work.RunAsync<VerifyItem, VerifyCursor>(nameof(VerifyPagesOrchestrator), new VerifyCursor());
            var isWhole = !read.IsCancelled && read.Errors.Count == 0;

            if (read.Errors.Count > 0 && !read.IsCancelled)
            {
                run.Checklist.Judge(read.Good > 0 ? "partial" : "failed");
            }

            run.Checklist.Enter(TraceStep);
            await TraceAsync(context, run, runId, isWhole);
            var end = await context.CallActivityAsync<RunEnd>(
                nameof(VerifyActivities.ConcludeVerification), new VerifyOutcome(runId, isWhole, read.IsCancelled, read.Errors), Retry.Transient);
            if (end.State == RunState.Failed && read.Errors.Count == 0)
            {
                // Everything was looked at, and something is damaged.
                run.Checklist.Mark(ReadStep, "failed");
            }

            return end;
        });
    }

    private static async Task TraceAsync(TaskOrchestrationContext context, RunSteps run, string runId, bool isWhole)
    {
        BackupId? after = null;
        do
        {
            var tracing = context.CallActivityAsync<TraceReceipt>(nameof(VerifyActivities.TraceDamage), new TraceInput(runId, after, isWhole), Retry.Transient);
            using var loop = new RunLoop(context, run);
            after = (await loop.UntilAsync(tracing)).After;
        }
        while (after is not null);
    }
}
