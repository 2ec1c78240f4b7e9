using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Replay;

/// <summary>
/// An orchestrator as it runs: from its start over its history, then over what is new. It may be kept for the next turn, which then has no past; or be made again.
/// </summary>
internal sealed class OrchestrationReplay
{
    /// <summary>What an orchestrator is told that awaits anything but its context.</summary>
    public const string InvalidAsynchronousInvocation =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator "
        + "function's implementation or by middleware that invokes asynchronous code.";

    private readonly ReplaySynchronizationContext _thread = new();
    private readonly List<HistoryEvent> _heldBack = [];
    private readonly IDurableFunctions _functions;
    private readonly JsonPayloads _payloads;
    private readonly HistoryEvent _started;
    private readonly ReplayContext _context;
    private readonly ILogger _logger;
    private Task<string?> _execution = Task.FromResult<string?>(null);
    private bool _suspended;

    public OrchestrationReplay(
        string instanceId, HistoryEvent started, IDurableFunctions functions, JsonPayloads payloads, ReplayRules rules, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<DurableEngine>();
        _functions = functions;
        _payloads = payloads;
        _started = started;
        _context = new ReplayContext(instanceId, started, payloads, _thread, rules, loggers);
    }

    /// <summary>How the execution started.</summary>
    public HistoryEvent Started => _started;

    /// <summary>A turn of it is in the history, which now has so many events. What the next turn may go on with; null if there is none.</summary>
    public KeptOrchestration? Written(InstanceRow instance, TurnResult result, int historyLength)
    {
        if (result.HasEnded || result.NextGeneration is not null)
        {
            return null;
        }

        if (result.Status != OrchestrationRuntimeStatus.Suspended)
        {
            // What a suspension holds back is asked for again by the turn that resumes.
            _context.Ledger.Written();
        }

        return new KeptOrchestration(instance.Id, instance.ExecutionId, historyLength, this);
    }

    /// <summary>Runs a turn on the calling thread.</summary>
    /// <param name="past">The history, as far as it has not been replayed.</param>
    /// <param name="arrived">What is new.</param>
    /// <param name="now">The time of the turn.</param>
    public TurnResult Run(IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> arrived, DateTimeOffset now)
    {
        if (!_functions.HasOrchestrator(_started.Name ?? ""))
        {
            return Failed(new InvalidOperationException(
                $"The function '{_started.Name}' doesn't exist, is disabled, or is not an orchestrator function."));
        }

        _thread.Open();
        try
        {
            foreach (var happened in past)
            {
                Apply(happened);
            }

            _context.Ledger.BeginPresent();
            _context.BeginTurn(now, isReplaying: false);
            foreach (var happened in arrived)
            {
                Apply(happened);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Failed(failure);
        }
        finally
        {
            _thread.Close();
        }

        return Conclude(now);
    }

    private void Apply(HistoryEvent happened)
    {
        switch (happened.EventType)
        {
            case HistoryEventType.OrchestratorStarted:
                _context.BeginTurn(happened.Timestamp, isReplaying: true);
                break;
            case HistoryEventType.OrchestratorCompleted:
                break;
            case HistoryEventType.ExecutionSuspended:
                _suspended = true;
                break;
            case HistoryEventType.ExecutionResumed:
                _suspended = false;
                _heldBack.ForEach(Deliver);
                _heldBack.Clear();
                break;
            default:
                if (_suspended)
                {
                    _heldBack.Add(happened);
                }
                else
                {
                    Deliver(happened);
                }

                break;
        }
    }

    private void Deliver(HistoryEvent happened)
    {
        switch (happened.EventType)
        {
            case HistoryEventType.ExecutionStarted:
                _thread.Run(() => _execution = Start());
                break;
            case HistoryEventType.TaskScheduled:
            case HistoryEventType.SubOrchestrationInstanceCreated:
            case HistoryEventType.TimerCreated:
            case HistoryEventType.EventSent:
                _context.Ledger.Record(happened);
                break;
            case HistoryEventType.EventRaised:
                _thread.Run(() => _context.Mailbox.Deliver(happened));
                break;
            default:
                _thread.Run(() => Complete(happened));
                break;
        }
    }

    private void Complete(HistoryEvent result)
    {
        // A timer that fires although it was cancelled is no surprise.
        if (!_context.Ledger.Complete(result) && !_context.IsReplaying && result is { TaskId: { } task, EventType: not HistoryEventType.TimerFired })
        {
            EngineLog.ResultIgnored(_logger, result.EventType, task, _context.InstanceId);
        }
    }

    private Task<string?> Start()
    {
        try
        {
            return _functions.RunOrchestratorAsync(_started.Name ?? "", _context, _started.Input);
        }
        catch (Exception failure)
        {
            return Task.FromException<string?>(failure);
        }
    }

    private TurnResult Conclude(DateTimeOffset now)
    {
        if (_context.Ledger.IsOverfull)
        {
            return FailedAtOnce(FailureText.Of(new InvalidOperationException(_context.Ledger.TooManyActions)));
        }

        if (_suspended)
        {
            // What it set going is held back: the replay after the resumption asks for the same again.
            return new TurnResult(OrchestrationRuntimeStatus.Suspended, []) { CustomStatus = _context.CustomStatus };
        }

        if (!_execution.IsCompleted && !_context.Ledger.HasOpenTasks && !_context.Mailbox.HasWaiters)
        {
            return Failed(new InvalidOperationException(InvalidAsynchronousInvocation));
        }

        // Whatever it started must have come to its end before the instance may.
        return _execution.IsCompleted && !_context.Ledger.HasOpenTasks ? End(now) : Going(OrchestrationRuntimeStatus.Running);
    }

    private TurnResult End(DateTimeOffset now)
    {
        try
        {
            var output = JsonPayloads.Checked(_execution.GetAwaiter().GetResult());
            return _context.Next is { } next
                ? Going(OrchestrationRuntimeStatus.Running) with { NextGeneration = [NextStart(next, now), .. _context.Mailbox.Kept] }
                : Going(OrchestrationRuntimeStatus.Completed) with { Output = output, EndId = _context.Ledger.TakeId() };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Failed(failure);
        }
    }

    private HistoryEvent NextStart(ContinueAsNewOptions next, DateTimeOffset now) => _started with
    {
        Timestamp = now,
        Input = _payloads.Serialize(next.NewInput),
        Version = string.IsNullOrWhiteSpace(next.NewVersion) ? _started.Version : next.NewVersion,
    };

    private TurnResult Going(OrchestrationRuntimeStatus status) => new(status, [.. _context.Ledger.Unrecorded])
    {
        CancelledTimers = [.. _context.Ledger.CancelledTimers],
        CustomStatus = _context.CustomStatus,
    };

    private TurnResult Failed(Exception failure)
    {
        var details = FailureText.Of(failure);
        return failure is NonDeterministicException
            ? FailedAtOnce(details with { ErrorType = NonDeterministicException.OfficialName })
            : Going(OrchestrationRuntimeStatus.Failed) with { Failure = details, EndId = _context.Ledger.TakeId() };
    }

    // What a strayed replay set going must not happen.
    private TurnResult FailedAtOnce(TaskFailureDetails details) =>
        new(OrchestrationRuntimeStatus.Failed, []) { Failure = details, EndId = _context.Ledger.TakeId() };
}
