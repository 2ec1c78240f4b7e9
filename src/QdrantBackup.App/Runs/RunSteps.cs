using Microsoft.DurableTask;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>What every run does before and after its own work: open the request, wait for its turn, record how it ended, give everything back (W8).</summary>
internal sealed class RunSteps
{
    public const string OpenStep = "start";
    public const string TurnStep = "wait for other runs";
    public const string EndStep = "record the result";

    // A run that holds the cluster longer than this is not waited for; the next due time serves instead.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeldomLook = TimeSpan.FromMinutes(2);

    private readonly TaskOrchestrationContext _context;
    private readonly Task<string> _cancel;

    public RunSteps(TaskOrchestrationContext context, string runId, params string[] steps)
    {
        _context = context;
        RunId = runId;
        Checklist = new Checklist(context, [OpenStep, .. steps, EndStep]);
        _cancel = context.WaitForExternalEvent<string>(Events.Cancel);
    }

    public string RunId { get; }

    public Checklist Checklist { get; }

    /// <summary>Completes when somebody cancels the run.</summary>
    public Task Cancelled => _cancel;

    public bool IsCancelled => _cancel.IsCompleted;

    /// <summary>Runs <paramref name="work"/> and ends in a terminal state with a record, whatever happens in it.</summary>
    public async Task<RunEnd> ToTheEndAsync(Func<Task<RunEnd>> work)
    {
        RunEnd end;
        try
        {
            Checklist.Enter(OpenStep);
            await _context.CallActivityAsync(nameof(RunActivities.OpenRequest), RunId, Retry.Transient);
            end = await work();
        }
        catch (Exception e) when (e is TaskFailedException or StepFailedException)
        {
            Checklist.Judge("failed");
            end = new(RunId, StepFailure.IsRefusal(e) ? RunState.Refused : RunState.Failed, [StepFailure.ErrorOf(e)]);
        }

        return await EndAsync(end);
    }

    /// <summary>Waits until no other run works on the cluster. A cancelled run stops waiting.</summary>
    public async Task<bool> TakeTurnAsync()
    {
        Checklist.Enter(TurnStep);
        var giveUp = _context.CurrentUtcDateTime + LongestWait;
        for (var wait = FirstLook; !IsCancelled; wait = Patience.Longer(wait, SeldomLook))
        {
            var lease = await _context.CallActivityAsync<LeaseReceipt>(nameof(RunActivities.TakeLease), RunId, Retry.Transient);
            if (lease.IsMine)
            {
                return true;
            }

            if (_context.CurrentUtcDateTime >= giveUp)
            {
                throw new RefusedStepException($"Run {lease.Holder} has worked on this cluster for {LongestWait.TotalHours} hours and goes on", "Look at its status; cancel it if it is stuck, then start this one again.");
            }

            Checklist.Say("waiting");
            await PauseAsync(wait);
        }

        return false;
    }

    /// <summary>Waits, unless the run is cancelled first.</summary>
    public async Task PauseAsync(TimeSpan time)
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny(_context.CreateTimer(time, over.Token), Cancelled);
        over.Cancel();
    }

    private async Task<RunEnd> EndAsync(RunEnd end)
    {
        Checklist.Add(end.Errors);
        if (end.State == RunState.Cancelled)
        {
            Checklist.Judge("cancelled");
        }

        Checklist.Enter(EndStep);
        end = await RecordAsync(end);
        Checklist.Finish(end.State.ToString().ToLowerInvariant(), end.Committed);
        if (end.State is RunState.Failed or RunState.Refused)
        {
            // The instance itself fails too, so that whatever watches the runtime sees it.
            var error = end.Errors.Count > 0 ? end.Errors[0] : new RunError("The run failed", "Look for the run's id in the app's log.");
            throw new PermanentStepException(error.Message, error.Hint);
        }

        return end;
    }

    // Two steps, each tried whatever becomes of the other: a record that cannot be written must not keep the cluster locked.
    private async Task<RunEnd> RecordAsync(RunEnd end)
    {
        foreach (var step in (string[])[nameof(RunActivities.RecordEnd), nameof(RunActivities.ReleaseRun)])
        {
            try
            {
                await _context.CallActivityAsync(step, end, Retry.Transient);
            }
            catch (TaskFailedException e)
            {
                var error = StepFailure.ErrorOf(e);
                Checklist.Add([error]);
                end = end with { Errors = [.. end.Errors, error] };
            }
        }

        return end;
    }
}
