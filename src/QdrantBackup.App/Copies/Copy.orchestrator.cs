using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Replication;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Copies;

/// <summary>Copies backups into the second store, the newest first; each is there when its manifest is.</summary>
public static class CopyOrchestrator
{
    private const string PlanStep = "plan";
    private const string CopyStep = "copy";

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(CopyOrchestrator))]
    public static Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, PlanStep, CopyStep);
        return run.ToTheEndAsync(async () =>
        {
            run.Checklist.Enter(PlanStep);
            var plan = await context.CallActivityAsync<CopyPlanReceipt>(nameof(CopyActivities.PlanCopy), runId, Retry.Transient);

            run.Checklist.Enter(CopyStep);
            var work = new RunningPages(context, run, new(0, plan.Parts), new(0, plan.Bytes));
            var copied = await work.RunAsync<CopyItem, CopyCursor>(nameof(CopyPagesOrchestrator), new CopyCursor());
            if (copied.Errors.Count > 0 && !copied.IsCancelled)
            {
                run.Checklist.Judge(copied.Good > 0 ? "partial" : "failed");
            }

            return new RunEnd(runId, StateOf(copied), copied.Errors)
            {
                Remarks = [.. plan.Remarks, $"{copied.Good} of {plan.Backups} backups copied: {copied.Chunks} chunks, {copied.StoredBytes} bytes"],
            };
        });
    }

    private static RunState StateOf(PagesOutcome copied) => (copied.IsCancelled, copied.Errors.Count, copied.Good) switch
    {
        (true, _, _) => RunState.Cancelled,
        (_, 0, _) => RunState.Complete,
        (_, _, > 0) => RunState.Partial,
        _ => RunState.Failed,
    };
}
