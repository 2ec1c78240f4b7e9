using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>The run's side of working through a plan in a child: shows how far it is, keeps the run alive meanwhile, and passes on that somebody cancelled.</summary>
internal sealed class RunningPages(TaskOrchestrationContext context, RunSteps run, string runId, Progress parts, Progress bytes)
{
    // A third of the lease's time, so that one renewal may fail.
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(4);

    private TaskFailedException? _lost;
    private bool _told;

    // A run that lost its pin must stop as a cancelled one does: what it goes on to read or put may be deleted under it (W3).
    private bool IsStopping => run.IsCancelled || _lost is not null;

    public async Task<PagesOutcome> RunAsync<TItem, TCursor>(string orchestrator, TCursor first)
        where TCursor : class
    {
        var childId = $"{context.InstanceId}:w";
        var input = new PagesInput<TItem, TCursor>(runId, context.InstanceId, parts.Total, [], first, Position: null, new PagesOutcome());
        var child = context.CallSubOrchestratorAsync<PagesOutcome>(orchestrator, input, new SubOrchestrationOptions(instanceId: childId));
        var progress = context.WaitForExternalEvent<PagesOutcome>(Events.Progress);
        var renewal = new CancellationTokenSource();
        var renew = context.CreateTimer(RenewEvery, renewal.Token);
        while (!child.IsCompleted)
        {
            await Task.WhenAny([child, progress, renew, .. IsStopping ? Array.Empty<Task>() : [run.Cancelled]]);
            if (progress.IsCompleted)
            {
                Report(await progress);
                progress = context.WaitForExternalEvent<PagesOutcome>(Events.Progress);
            }

            if (renew.IsCompleted)
            {
                await RenewAsync();
                renew = context.CreateTimer(RenewEvery, renewal.Token);
            }

            if (IsStopping && !_told && !child.IsCompleted)
            {
                _told = true;
                run.Checklist.Say("cancelling");
                context.SendEvent(childId, Events.Cancel, "");
            }
        }

        renewal.Cancel();
        renewal.Dispose();
        var outcome = await child;
        Report(outcome);
        return _lost is null ? outcome : throw _lost;
    }

    private async Task RenewAsync()
    {
        try
        {
            await context.CallActivityAsync(nameof(RunActivities.RenewRun), runId, Retry.Transient);
        }
        catch (TaskFailedException e)
        {
            _lost = e;
        }
    }

    // Totals are estimates; what is done is never more than all.
    private void Report(PagesOutcome outcome) => run.Checklist.Report(
        new(outcome.Done, Math.Max(outcome.Done, parts.Total)),
        new(outcome.Bytes, Math.Max(outcome.Bytes, bytes.Total)),
        outcome.Current is { } current ? [current] : []);
}
