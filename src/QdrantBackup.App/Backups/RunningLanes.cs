using Microsoft.DurableTask;
using QdrantBackup.App.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>Runs a backup's lanes beside each other, as many as the limit on parts allows, and adds up their progress.</summary>
internal sealed class RunningLanes(TaskOrchestrationContext context, RunSteps run, PlanReceipt plan) : IDisposable
{
    private readonly Dictionary<int, LaneOutcome> _reports = [];
    private readonly Dictionary<int, Task<LaneOutcome>> _running = [];
    private readonly Queue<LanePlan> _waiting = new(plan.Lanes);
    private readonly RunLoop _loop = new(context, run);

    public async Task<LaneOutcome> CaptureAsync()
    {
        var progress = context.WaitForExternalEvent<LaneReport>(Events.Progress);
        Report();
        StartLanes();
        while (_running.Count > 0)
        {
            await _loop.WaitAsync([.. _running.Values, progress]);
            if (progress.IsCompleted)
            {
                var report = await progress;
                _reports[report.Lane] = report.Outcome;
                progress = context.WaitForExternalEvent<LaneReport>(Events.Progress);
            }

            await CollectAsync();
            StopLanesIfNeeded();
            StartLanes();
            Report();
        }

        _loop.ThrowIfLost();
        return Sum();
    }

    public void Dispose() => _loop.Dispose();

    private string IdOf(int lane) => $"{context.InstanceId}:l{lane}";

    private void StartLanes()
    {
        while (!_loop.IsStopping && _waiting.TryPeek(out var lane) && (_running.Count == 0 || Width() + lane.Width <= plan.MaxParallelParts))
        {
            _waiting.Dequeue();
            var width = Math.Min(lane.Width, plan.MaxParallelParts);
            var input = new LaneInput(run.RunId, context.InstanceId, lane with { Width = width }, From: 0, LaneOutcome.Nothing);
            _running.Add(lane.Lane, context.CallSubOrchestratorAsync<LaneOutcome>(
                nameof(LaneOrchestrator), input, new SubOrchestrationOptions(instanceId: IdOf(lane.Lane))));
        }
    }

    private int Width() => plan.Lanes.Where(l => _running.ContainsKey(l.Lane)).Sum(l => l.Width);

    private void StopLanesIfNeeded()
    {
        if (!_loop.BeginsToStop())
        {
            return;
        }

        foreach (var lane in _running.Keys)
        {
            context.SendEvent(IdOf(lane), Events.Cancel, "");
        }
    }

    private async Task CollectAsync()
    {
        foreach (var (lane, task) in _running.Where(r => r.Value.IsCompleted).ToList())
        {
            _running.Remove(lane);
            try
            {
                _reports[lane] = await task;
            }
            catch (TaskFailedException e)
            {
                // A lane catches what its parts do; this one was terminated or could not go on. The others do.
                var sofar = _reports.GetValueOrDefault(lane, LaneOutcome.Nothing);
                var left = plan.Lanes.First(l => l.Lane == lane).Parts - sofar.Over;
                _reports[lane] = sofar with { Failed = sofar.Failed + left, Errors = [.. sofar.Errors, StepFailure.ErrorOf(e)] };
            }
        }
    }

    private LaneOutcome Sum()
    {
        var total = LaneOutcome.Nothing;
        foreach (var lane in _reports.OrderBy(r => r.Key).Select(r => r.Value))
        {
            total = new(
                total.Captured + lane.Captured,
                total.Failed + lane.Failed,
                total.Cancelled + lane.Cancelled,
                total.Bytes + lane.Bytes,
                total.Expected + lane.Expected,
                [.. total.Current, .. lane.Current],
                [.. total.Errors.Concat(lane.Errors).Take(LaneOutcome.MaxErrors)]);
        }

        return total;
    }

    private void Report()
    {
        var total = Sum();

        // Sizes are guesses from the last backup until a snapshot is made; where there was none, the total stays unknown (0) until all parts are over.
        var isKnown = plan.Bytes > 0 || total.Over == plan.Parts;
        run.Checklist.Report(
            new(total.Over, plan.Parts), new(total.Bytes, isKnown ? Math.Max(total.Bytes, plan.Bytes - total.Expected + total.Bytes) : 0), total.Current);
    }
}
