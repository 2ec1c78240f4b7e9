using System.Globalization;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using LocalFunctions.Soak.World;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Soak.Invariants;

/// <summary>The account of one instance: what its rows say, and what this commit did to them.</summary>
internal sealed class InstanceAccount
{
    private readonly Dictionary<int, HistoryEvent> _open = [];
    private readonly HashSet<int> _answered = [];
    private readonly HashSet<int> _takenBack = [];
    private readonly Dictionary<long, HistoryEvent> _inbox = [];
    private readonly Dictionary<long, int> _activities = [];
    private readonly List<string> _appended = [];
    private readonly List<string> _removed = [];
    private OrchestrationRuntimeStatus _status;
    private string _executionId;
    private string _executionBefore;
    private DateTimeOffset _turn;
    private int _length;
    private bool _isCut;
    private string? _fault;

    public InstanceAccount(WatchedChange born, InstanceMemory memory)
    {
        (Id, Memory) = (born.Instance, memory);
        _status = (OrchestrationRuntimeStatus)born.Number;
        _executionId = _executionBefore = born.Execution!;
        Parent = HistoryJson.ReadParent(born.Event);
    }

    public string Id { get; }

    public InstanceMemory Memory { get; }

    public ParentLink? Parent { get; }

    public OrchestrationRuntimeStatus Status => _status;

    public bool HasEnded => _status.HasEnded();

    /// <summary>Whether the commit that is looked at concerns it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Applies a change of one of its rows.</summary>
    public void Apply(WatchedChange change)
    {
        switch (change.Kind)
        {
            case "instance~":
                Change(change);
                break;
            case "history+":
                Append(change);
                break;
            case "history-":
                (_isCut, _length) = (true, 0);
                break;
            case "history~":
                Fault("I3 an event of its history was rewritten");
                break;
            case "inbox+":
                Receive(change);
                break;
            case "inbox-":
                _inbox.Remove(change.Number);
                _removed.Add(change.Event!);
                break;
            case "activity+":
                _activities.Add(change.Number, int.Parse(change.Event!, CultureInfo.InvariantCulture));
                break;
            default:
                _activities.Remove(change.Number);
                break;
        }
    }

    /// <summary>What is wrong with it after this commit; null if nothing is.</summary>
    public string? FindFault(IReadOnlyDictionary<string, InstanceAccount> living)
    {
        if (_fault is not null)
        {
            return _fault;
        }

        if (HasEnded)
        {
            return _inbox.Count + _activities.Count > 0 ? "I6 it has ended, and something is still to reach it or to run for it" : null;
        }

        if (_executionId != _executionBefore)
        {
            return null;
        }

        return _isCut ? "I3 its history was cut" : FindLost() ?? FindUnanswered(living);
    }

    /// <summary>The commit was looked at.</summary>
    public void Close()
    {
        _executionBefore = _executionId;
        _isCut = false;
        IsTouched = false;
        _appended.Clear();
        _removed.Clear();
    }

    private void Change(WatchedChange change)
    {
        if (HasEnded)
        {
            Fault($"I6 it had ended as {_status} and was changed");
        }

        _status = (OrchestrationRuntimeStatus)change.Number;
        if (_executionId != change.Execution)
        {
            _executionId = change.Execution!;
            _open.Clear();
            _answered.Clear();
            _takenBack.Clear();
        }
    }

    private void Append(WatchedChange change)
    {
        if (change.Number != _length)
        {
            Fault($"I3 event {change.Number} was written behind {_length} events");
        }

        _length = (int)change.Number + 1;
        _appended.Add(change.Event!);
        var happened = HistoryJson.ReadEvent(change.Event!);
        switch (happened.EventType)
        {
            case HistoryEventType.OrchestratorStarted:
                _turn = happened.Timestamp;
                break;
            case HistoryEventType.TaskScheduled or HistoryEventType.TimerCreated or HistoryEventType.SubOrchestrationInstanceCreated:
                Open(happened);
                break;
            case HistoryEventType.TaskCompleted or HistoryEventType.TaskFailed or HistoryEventType.TimerFired
                or HistoryEventType.SubOrchestrationInstanceCompleted or HistoryEventType.SubOrchestrationInstanceFailed:
                Answer(happened);
                break;
            default:
                break;
        }
    }

    private void Open(HistoryEvent action)
    {
        if (!_open.TryAdd(action.EventId, action) || _answered.Contains(action.EventId))
        {
            Fault($"I2 action {action.EventId} was begun twice");
        }
    }

    private void Answer(HistoryEvent answer)
    {
        var id = answer.TaskId ?? -1;
        if (_answered.Contains(id))
        {
            Fault($"I2 the result of action {id} was applied twice ({answer.EventType})");
        }
        else if (!_open.Remove(id))
        {
            Fault($"I2 {answer.EventType} answers action {id}, which this execution did not begin");
        }

        if (answer.EventType == HistoryEventType.TimerFired && answer.FireAt > _turn)
        {
            Fault($"I5 timer {id} fired before it was due");
        }

        _answered.Add(id);
    }

    private void Receive(WatchedChange change)
    {
        var happened = HistoryJson.ReadEvent(change.Event!);
        _inbox.Add(change.Number, happened);
        if (happened.EventType == HistoryEventType.EventRaised)
        {
            var payload = happened.Input ?? "";
            Memory.StoredEvents[payload] = Memory.StoredEvents.GetValueOrDefault(payload) + 1;
        }
    }

    // I1: what leaves the inbox is in the history, or was a timer that nobody needs any more.
    private string? FindLost()
    {
        foreach (var gone in _removed)
        {
            if (_appended.Remove(gone))
            {
                continue;
            }

            var lost = HistoryJson.ReadEvent(gone);
            if (lost.EventType == HistoryEventType.TimerFired && Memory.CancelsTimers)
            {
                _takenBack.Add(lost.TaskId!.Value);
            }
            else
            {
                return $"I1 a message is lost: {gone}";
            }
        }

        return null;
    }

    // I4: whatever was begun and has no answer is under way, in exactly one place.
    private string? FindUnanswered(IReadOnlyDictionary<string, InstanceAccount> living)
    {
        foreach (var (id, action) in _open)
        {
            var answers = _inbox.Values.Count(message => message.TaskId == id);
            var runs = action.EventType switch
            {
                HistoryEventType.TaskScheduled => _activities.Values.Count(task => task == id),
                HistoryEventType.SubOrchestrationInstanceCreated => IsRunBy(id, living.GetValueOrDefault(action.InstanceId!)) ? 1 : 0,
                _ => _takenBack.Contains(id) ? 1 : 0,
            };
            if (answers + runs != 1)
            {
                return $"I4 action {id} ({action.EventType} {action.Name}) is under way {runs} times and has {answers} answers in the inbox";
            }
        }

        return null;
    }

    private bool IsRunBy(int id, InstanceAccount? child) =>
        child is { HasEnded: false, Parent: { } parent } && parent.InstanceId == Id && parent.ExecutionId == _executionId && parent.TaskId == id;

    private void Fault(string fault) => _fault ??= fault;
}
