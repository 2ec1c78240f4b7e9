using Microsoft.DurableTask;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>The parts of a lane that are under way: a few at a time, the next as soon as one is over.</summary>
internal sealed class LaneChild(TaskOrchestrationContext context, LaneInput input, Task<string> cancel)
{
    private readonly Dictionary<LanePart, Task<PartOutcome>> _running = [];
    private LaneOutcome _outcome = input.SoFar;
    private int _reported;
    private bool _told;

    public async Task<LaneOutcome> CaptureAsync(IReadOnlyList<LanePart> parts)
    {
        foreach (var part in parts)
        {
            while (_running.Count >= input.Lane.Width)
            {
                await NextAsync();
            }

            if (cancel.IsCompleted)
            {
                break;
            }

            _running.Add(part, context.CallSubOrchestratorAsync<PartOutcome>(
                nameof(PartOrchestrator), new PartInput(new RunId(input.RunId), part, input.Lane.Ranges), new SubOrchestrationOptions(instanceId: IdOf(part))));
            Tell(always: _outcome.Over == 0);
        }

        while (_running.Count > 0)
        {
            await NextAsync();
        }

        return _outcome;
    }

    private string IdOf(LanePart part) => $"{input.RootId}:p{part.PartNo}";

    private async Task NextAsync()
    {
        await Task.WhenAny([.. _running.Values, .. cancel.IsCompleted ? Array.Empty<Task>() : [cancel]]);
        if (cancel.IsCompleted && !_told)
        {
            _told = true;
            foreach (var part in _running.Keys)
            {
                context.SendEvent(IdOf(part), Events.Cancel, "");
            }
        }

        foreach (var (part, task) in _running.Where(r => r.Value.IsCompleted).ToList())
        {
            _running.Remove(part);
            _outcome = _outcome.With(part, await OutcomeOf(part, task));
        }

        Tell(always: false);
    }

    // The others go on whatever becomes of one part: the backup is then partial, and says what is missing.
    private static async Task<PartOutcome> OutcomeOf(LanePart part, Task<PartOutcome> task)
    {
        try
        {
            return await task;
        }
        catch (TaskFailedException e)
        {
            var error = StepFailure.ErrorOf(e);
            return new(PartState.Failed, [error with { Message = $"{part.Key.Collection}: {error.Message}" }]);
        }
    }

    // About fifty reports whatever the lane's length: each is an event in the run's history.
    private void Tell(bool always)
    {
        var step = Math.Max(1, input.Lane.Parts / 50);
        _outcome = _outcome with { Current = [.. _running.Keys.Take(10).Select(p => p.Key.Collection)] };
        if (always || _outcome.Over - _reported >= step)
        {
            _reported = _outcome.Over;
            context.SendEvent(input.RootId, Events.Progress, new LaneReport(input.Lane.Lane, _outcome));
        }
    }
}
