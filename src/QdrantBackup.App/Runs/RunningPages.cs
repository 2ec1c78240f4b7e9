using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>The run's side of working through a plan in a child (<see cref="PagesChild{TItem, TCursor}"/>): shows progress and passes a cancellation on.</summary>
internal sealed class RunningPages(TaskOrchestrationContext context, RunSteps run, Progress parts, Progress bytes)
{
    public async Task<PagesOutcome> RunAsync<TItem, TCursor>(string orchestrator, TCursor first)
        where TCursor : class
    {
        var childId = $"{context.InstanceId}:w";
        var input = new PagesInput<TItem, TCursor>(run.RunId, context.InstanceId, parts.Total, [], first, Position: null, new PagesOutcome());
        var child = context.CallSubOrchestratorAsync<PagesOutcome>(orchestrator, input, new SubOrchestrationOptions(instanceId: childId));
        var progress = context.WaitForExternalEvent<PagesOutcome>(Events.Progress);
        using var loop = new RunLoop(context, run);
        while (!child.IsCompleted)
        {
            await loop.WaitAsync([child, progress]);
            if (progress.IsCompleted)
            {
                Report(await progress);
                progress = context.WaitForExternalEvent<PagesOutcome>(Events.Progress);
            }

            if (!child.IsCompleted && loop.BeginsToStop())
            {
                context.SendEvent(childId, Events.Cancel, "");
            }
        }

        var outcome = await child;
        Report(outcome);
        loop.ThrowIfLost();
        return outcome;
    }

    // Totals are estimates; what is done is never more than all.
    private void Report(PagesOutcome outcome) => run.Checklist.Report(
        new(outcome.Done, Math.Max(outcome.Done, parts.Total)),
        new(outcome.Bytes, Math.Max(outcome.Bytes, bytes.Total)),
        outcome.Current is { } current ? [current] : []);
}
