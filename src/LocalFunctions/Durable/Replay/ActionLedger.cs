using LocalFunctions.Durable.History;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable.Replay;

/// <summary>
/// What an orchestrator set going: actions numbered in the order of the calls, those that the history does not show yet,
/// and those whose result is still open.
/// </summary>
internal sealed class ActionLedger(int maxUnrecorded)
{
    private readonly SortedDictionary<int, HistoryEvent> _unrecorded = [];
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly List<int> _cancelledTimers = [];
    private int _nextId;

    /// <summary>What an orchestrator is told that sets too much going at once.</summary>
    public string TooManyActions =>
        $"The orchestrator set more than {maxUnrecorded} actions going without awaiting any. "
        + "Await them in between, or raise extensions.durableTask.maxOrchestrationActions in host.json.";

    /// <summary>Actions that the history does not show yet, in the order of the calls.</summary>
    public IReadOnlyCollection<HistoryEvent> Unrecorded => _unrecorded.Values;

    /// <summary>Whether a result is still open; an orchestration does not end before.</summary>
    public bool HasOpenTasks => _open.Count > 0;

    /// <summary>Timers that will not be needed.</summary>
    public IReadOnlyCollection<int> CancelledTimers => _cancelledTimers;

    /// <summary>
    /// The history has been replayed. Timers that were cancelled in it are gone from the database already, except those that a
    /// suspension holds back: asking for all of them at each turn would cost more with every turn.
    /// </summary>
    public void BeginPresent() => _cancelledTimers.RemoveAll(id => !_unrecorded.ContainsKey(id));

    /// <summary>The turn that asked for these actions is in the history.</summary>
    public void Written() => _unrecorded.Clear();

    /// <summary>The id of an action that has no result: a sent event or the end.</summary>
    public int TakeId() => _nextId++;

    /// <summary>Whether more was asked for than may be, even if the orchestrator caught the refusal.</summary>
    public bool IsOverfull { get; private set; }

    /// <summary>Notes an action without result.</summary>
    /// <exception cref="InvalidOperationException">There are too many that the history does not show yet.</exception>
    public void Add(HistoryEvent action)
    {
        if (_unrecorded.Count >= maxUnrecorded)
        {
            IsOverfull = true;
            throw new InvalidOperationException(TooManyActions);
        }

        _unrecorded.Add(action.EventId, action);
    }

    /// <summary>Notes an action and returns its result to come.</summary>
    public Task<string?> Open(HistoryEvent action)
    {
        Add(action);
        var open = new OpenTask(action.EventType, action.Name ?? "", new TaskCompletionSource<string?>());
        _open.Add(action.EventId, open);
        return open.Completion.Task;
    }

    /// <summary>Forgets a timer; if it fires nevertheless, nobody hears it.</summary>
    public void CancelTimer(int id, CancellationToken token)
    {
        if (_open.Remove(id, out var open))
        {
            _cancelledTimers.Add(id);
            open.Completion.TrySetCanceled(token);
        }
    }

    /// <summary>The history shows an action: the code must have asked for the same. Inputs and due times are not compared.</summary>
    /// <exception cref="NonDeterministicException">It has not.</exception>
    public void Record(HistoryEvent recorded)
    {
        if (!_unrecorded.Remove(recorded.EventId, out var action))
        {
            throw new NonDeterministicException(
                $"An earlier run of this orchestration caused {Describe(recorded)}, but the current replay has not caused an action with this id.");
        }

        if (action.EventType != recorded.EventType || !string.Equals(action.Name, recorded.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new NonDeterministicException(
                $"An earlier run of this orchestration caused {Describe(recorded)}, but the current replay instead caused {Describe(action)}.");
        }
    }

    /// <summary>An action has its result. Results that nobody waits for are duplicates or late: false.</summary>
    public bool Complete(HistoryEvent result)
    {
        if (result.TaskId is not { } id || !_open.TryGetValue(id, out var open) || !Answers(result.EventType, open.Kind))
        {
            return false;
        }

        _open.Remove(id);
        if (result.EventType is HistoryEventType.TaskFailed or HistoryEventType.SubOrchestrationInstanceFailed)
        {
            var failure = result.Failure ?? new TaskFailureDetails("(unknown)", "(unknown)", StackTrace: null, InnerFailure: null, Properties: null);
            open.Completion.TrySetException(new TaskFailedException(open.Name, id, failure));
        }
        else
        {
            open.Completion.TrySetResult(result.Result);
        }

        return true;
    }

    private static bool Answers(HistoryEventType result, HistoryEventType action) => action switch
    {
        HistoryEventType.TaskScheduled => result is HistoryEventType.TaskCompleted or HistoryEventType.TaskFailed,
        HistoryEventType.TimerCreated => result is HistoryEventType.TimerFired,
        _ => result is HistoryEventType.SubOrchestrationInstanceCompleted or HistoryEventType.SubOrchestrationInstanceFailed,
    };

    private static string Describe(HistoryEvent action) =>
        $"a {action.EventType} action with sequence ID {action.EventId}" + (action.Name is null ? "" : $" and name '{action.Name}'");

    private sealed record OpenTask(HistoryEventType Kind, string Name, TaskCompletionSource<string?> Completion);
}
