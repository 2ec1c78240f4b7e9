using System.Runtime.ExceptionServices;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;
using HistoryEvent = LocalFunctions.Durable.History.HistoryEvent;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace LocalFunctions.Durable.Replay;

/// <summary>
/// An orchestrator as it runs, on the official executor: the same code that runs in the worker of a Functions host decides what a history means. It may be kept for
/// the next turn, which then has no past; or be made again.
/// </summary>
internal sealed class OrchestrationReplay : ITaskOrchestrator
{
    /// <summary>Why an orchestrator fails that awaits anything but its context.</summary>
    public const string InvalidAsynchronousInvocation =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator "
        + "function's implementation or by middleware that invokes asynchronous code.";

    private readonly OrchestratorThread _thread = new();
    private readonly string _instanceId;
    private readonly IDurableFunctions _functions;
    private readonly JsonPayloads _payloads;
    private readonly ReplayRules _rules;
    private readonly ILoggerFactory _loggers;
    private OrchestrationRuntimeState? _state;
    private TaskOrchestrationExecutor? _executor;
    private OrchestratorContext? _context;
    private OutOfMemoryException? _outOfMemory;
    private bool _suspended;

    public OrchestrationReplay(
        string instanceId, HistoryEvent started, IDurableFunctions functions, JsonPayloads payloads, ReplayRules rules, ILoggerFactory loggers)
    {
        (_instanceId, Started, _functions, _payloads, _rules, _loggers) = (instanceId, started, functions, payloads, rules, loggers);
    }

    /// <summary>How the execution started.</summary>
    public HistoryEvent Started { get; }

    /// <inheritdoc/>
    public Type InputType => typeof(object);

    /// <inheritdoc/>
    public Type OutputType => typeof(object);

    /// <summary>A turn of it is in the history, which now has so many events. What the next turn may go on with; null if there is none.</summary>
    public KeptOrchestration? Written(InstanceRow instance, TurnResult result, int historyLength)
    {
        // A kept executor forgets that it is to continue as new, and that it has ended although it is suspended; a replay finds both again.
        return result.HasEnded || result.NextGeneration is not null || _context is not { HasContinuedAsNew: false } || _executor!.IsCompleted
            ? null
            : new KeptOrchestration(instance.Id, instance.ExecutionId, historyLength, this);
    }

    /// <summary>Runs a turn on the calling thread.</summary>
    /// <param name="past">The history, as far as it has not been replayed.</param>
    /// <param name="arrived">What is new.</param>
    /// <param name="now">The time of the turn.</param>
    public TurnResult Run(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> arrived, DateTimeOffset now)
    {
        if (!_functions.HasOrchestrator(Started.Name ?? ""))
        {
            return Failed(new InvalidOperationException(
                $"The function '{Started.Name}' doesn't exist, is disabled, or is not an orchestrator function."));
        }

        _thread.Open();
        try
        {
            _context?.BeginTurn();
            var executed = Execute(past, arrived, now);
            if (_outOfMemory is not null)
            {
                ExceptionDispatchInfo.Throw(_outOfMemory);
            }

            return Conclude(executed, now);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Failed(failure);
        }
        finally
        {
            _thread.Close();
        }
    }

    /// <inheritdoc/>
    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        _context = new OrchestratorContext(context, Started, _payloads, _thread, _rules, _loggers);
        try
        {
            var output = await _thread.Run(() => _functions.RunOrchestratorAsync(Started.Name ?? "", _context, Started.Input));
            return new SerializedPayload(JsonPayloads.Checked(output));
        }
        catch (OutOfMemoryException failure)
        {
            // The process failed, not the orchestrator: the turn is taken again.
            _outOfMemory = failure;
            throw;
        }
        catch (Exception failure) when (failure is not TaskFailedException)
        {
            // The core reads the message of every exception, which may throw, and does not expect one that cancels.
            throw new CoreTaskFailedException { FailureDetails = CoreFailures.ToCore(FailureText.Of(failure)) };
        }
    }

    private OrchestratorExecutionResult Execute(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> arrived, DateTimeOffset now)
    {
        NoteSuspension(past);
        NoteSuspension(arrived);
        HistoryEvent[] present = [new(HistoryEventType.OrchestratorStarted, -1, now), .. arrived];
        if (_executor is not null)
        {
            // The new events go past the state, which would keep them all.
            _state!.NewEvents.Clear();
            foreach (var happened in ToCore(present))
            {
                _state.NewEvents.Add(happened);
            }

            return _executor.ExecuteNewEvents();
        }

        _state = new OrchestrationRuntimeState([.. ToCore(past)]);
        foreach (var happened in ToCore(present))
        {
            _state.AddEvent(happened);
        }

        _executor = new TaskOrchestrationExecutor(_state, Orchestration(), BehaviorOnContinueAsNew.Carryover, ErrorPropagationMode.UseFailureDetails);
        var result = _executor.Execute();
        _state.Events.Clear();
        _state.PastEvents.Clear();
        return result;
    }

    private void NoteSuspension(IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            _suspended = events[i].EventType switch
            {
                HistoryEventType.ExecutionSuspended => true,
                HistoryEventType.ExecutionResumed => false,
                _ => _suspended,
            };
        }
    }

    private TaskOrchestration Orchestration()
    {
        var parent = Started.Parent is { } caller ? new ParentOrchestrationInstance(caller.Name, caller.InstanceId) : null;
        return _rules.Shims(_payloads).CreateOrchestration(Started.Name ?? "", this, parent);
    }

    private IEnumerable<DurableTask.Core.History.HistoryEvent> ToCore(IEnumerable<HistoryEvent> events) =>
        events.Select(happened => CoreHistory.ToCore(happened, _instanceId)).OfType<DurableTask.Core.History.HistoryEvent>();

    private TurnResult Conclude(OrchestratorExecutionResult executed, DateTimeOffset now)
    {
        if (_context?.IsOverfull == true)
        {
            return Failed(new InvalidOperationException(_rules.TooManyActions));
        }

        var actions = executed.Actions.ToList();
        var end = actions.OfType<OrchestrationCompleteOrchestratorAction>().SingleOrDefault();
        if (_suspended)
        {
            // Its end waits for the resumption too: the core would lose the events that it holds back until then.
            return new TurnResult(OrchestrationRuntimeStatus.Suspended, []) { CustomStatus = executed.CustomStatus };
        }

        if (end is null && !_executor!.IsCompleted && _context?.HasPendingTasks() != true)
        {
            return Failed(new InvalidOperationException(InvalidAsynchronousInvocation));
        }

        var scheduled = actions.Where(action => action != end).Select(action => CoreHistory.FromCore(action, Started.Tags, now));
        var result = new TurnResult(OrchestrationRuntimeStatus.Running, [.. scheduled]) { CustomStatus = executed.CustomStatus };
        if (end is not null)
        {
            return End(result, end, now);
        }

        // Events that nobody consumed wait here for the end: on the way through the inbox others would overtake them. Each replay brings them up again.
        return _context?.HasContinuedAsNew == true ? result with { Actions = [.. result.Actions.Except(ToItself(result))] } : result;
    }

    private TurnResult End(TurnResult result, OrchestrationCompleteOrchestratorAction end, DateTimeOffset now)
    {
        switch (end.OrchestrationStatus)
        {
            case OrchestrationStatus.ContinuedAsNew:
                return StartOver(result, end, now);
            case OrchestrationStatus.Completed:
                return result with { Status = OrchestrationRuntimeStatus.Completed, Output = end.Result, EndId = end.Id };
            default:
                var failure = CoreFailures.FromCore(end.FailureDetails!);

                // What a strayed replay scheduled must not happen.
                var actions = failure.ErrorType == typeof(NonDeterministicOrchestrationException).FullName ? [] : result.Actions;
                return result with { Status = OrchestrationRuntimeStatus.Failed, Actions = actions, Failure = failure, EndId = end.Id };
        }
    }

    private TurnResult StartOver(TurnResult result, OrchestrationCompleteOrchestratorAction end, DateTimeOffset now)
    {
        var started = Started with
        {
            Timestamp = now,
            Input = end.Result,
            Version = string.IsNullOrWhiteSpace(end.NewVersion) ? Started.Version : end.NewVersion,
        };

        // Events that nobody consumed come as events to itself. They were here before what the core carries over, and must stay so.
        var own = ToItself(result).ToList();
        var carried = end.CarryoverEvents.OfType<DurableTask.Core.History.EventRaisedEvent>();
        return result with
        {
            Status = OrchestrationRuntimeStatus.Running,
            Actions = [.. result.Actions.Except(own)],
            NextGeneration =
            [
                started,
                .. own.Select(sent => CoreHistory.Raised(sent.Name, sent.Input, now)),
                .. carried.Select(raised => CoreHistory.Raised(raised.Name, raised.Input, now)),
            ],
        };
    }

    private IEnumerable<HistoryEvent> ToItself(TurnResult result) =>
        result.Actions.Where(action => action.EventType == HistoryEventType.EventSent && action.InstanceId == _instanceId);

    // What the turn scheduled must not happen: the database does not know how far it went.
    private static TurnResult Failed(Exception failure) =>
        new(OrchestrationRuntimeStatus.Failed, []) { Failure = FailureText.Of(failure), EndId = -1 };
}
