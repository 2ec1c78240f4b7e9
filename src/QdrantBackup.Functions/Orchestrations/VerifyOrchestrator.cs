using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using QdrantBackup.Functions.Activities;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>Reads a backup back, part by part, those whose proof is owed first.</summary>
public static class VerifyOrchestrator
{
    private const string PlanStep = "plan";
    private const string ReadStep = "read back";
    private const int PageSize = 100;
    private const int MaxErrors = 50;

    /// <summary>Runs it. The input names the sealed request; nothing else is taken from whoever started the instance.</summary>
    [Function(nameof(VerifyOrchestrator))]
    public static Task<RunEnd> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string runId)
    {
        var run = new RunSteps(context, runId, PlanStep, ReadStep);
        return run.ToTheEndAsync(async () =>
        {
            run.Checklist.Enter(PlanStep);
            var plan = await context.CallActivityAsync<VerifyPlanReceipt>(nameof(VerifyActivities.PlanVerification), runId, Retry.Transient);

            run.Checklist.Enter(ReadStep);
            var errors = new List<RunError>();
            var done = new Progress(0, plan.Parts);
            var bytes = new Progress(0, plan.Bytes);
            while (done.Done < done.Total && !run.IsCancelled)
            {
                var page = await context.CallActivityAsync<VerifyPage>(
                    nameof(VerifyActivities.ListVerifyParts), new VerifyPageInput(runId, plan.BackupId, plan.Level, (int)done.Done, PageSize), Retry.Transient);
                foreach (var part in page.Parts.TakeWhile(_ => !run.IsCancelled))
                {
                    run.Checklist.Report(done, bytes, [part.Key.Collection]);
                    errors.AddRange(await VerifyAsync(context, run, new VerifyStep(plan.BackupId, part.PartNo, plan.Level)));
                    done = done with { Done = done.Done + 1 };
                    bytes = bytes with { Done = bytes.Done + part.Length };
                }
            }

            run.Checklist.Report(done, bytes, []);
            var state = run.IsCancelled ? RunState.Cancelled : errors.Count > 0 ? RunState.Failed : RunState.Complete;
            return new RunEnd(runId, state, [.. errors.Take(MaxErrors)]);
        });
    }

    private static async Task<IReadOnlyList<RunError>> VerifyAsync(TaskOrchestrationContext context, RunSteps run, VerifyStep step)
    {
        try
        {
            var reading = context.CallActivityAsync<PartVerification>(nameof(VerifyActivities.VerifyPart), step, Retry.Transient);
            await run.KeepAliveUntilAsync(reading);
            return [.. (await reading).Damages.Select(d => new RunError($"{d.Collection}: {d.Blob}: {d.What}", d.Hint, RunError.Damage))];
        }
        catch (TaskFailedException e)
        {
            return [StepFailure.ErrorOf(e)];
        }
    }
}
