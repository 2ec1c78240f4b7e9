using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Storage;

/// <summary>Writes a turn: all of its changes, in the session's one transaction.</summary>
internal sealed class TurnWriter(SqlSession session, Turn turn, TurnResult result, DateTimeOffset now, Func<string> newId)
{
    // As the official storage writes it.
    private const string NoCustomStatus = "null";

    private readonly CommitEffects _effects = new();

    private InstanceRow Instance => turn.Instance;

    /// <summary>Writes the turn; null, without writing, if the instance was replaced or purged meanwhile or the turn is written already.</summary>
    public CommitEffects? Write()
    {
        if (!InstanceTable.Update(session, Changed(), Instance.ExecutionId, turn.HistoryLength))
        {
            return null;
        }

        _effects.Changed.Add(Instance.Id);
        foreach (var message in turn.Messages)
        {
            InboxTable.Remove(session, message.Sequence);
        }

        foreach (var action in result.Actions)
        {
            Perform(action);
        }

        if (result.NextGeneration is { } next)
        {
            StartOver(next);
        }
        else
        {
            GoOn();
        }

        if (turn.IsFull)
        {
            _effects.Reached.Add(Instance.Id);
        }

        return _effects;
    }

    private InstanceRow Changed()
    {
        var changed = Instance with
        {
            Status = result.Status,
            Updated = now,
            CustomStatus = result.CustomStatus ?? NoCustomStatus,
            Output = result.Output,
            Failure = result.Failure,
        };
        return result.NextGeneration is { } next
            ? changed with { ExecutionId = newId(), Created = now, Input = next[0].Input }
            : changed;
    }

    private void GoOn()
    {
        _effects.HistoryLength = HistoryTable.Append(session, Instance.Id, turn.HistoryLength, Events());
        if (result.HasEnded)
        {
            InstanceTable.DeleteWork(session, Instance.Id);
            TellParent();
        }
    }

    private void StartOver(IReadOnlyList<HistoryEvent> next)
    {
        HistoryTable.Delete(session, Instance.Id);
        InboxTable.RemoveExecution(session, Instance.Id, Instance.ExecutionId);
        var due = InboxTable.BeforeAll(session, Instance.Id);
        foreach (var happened in next)
        {
            InboxTable.Add(session, Instance.Id, happened, due);
        }

        _effects.Reached.Add(Instance.Id);
    }

    private IEnumerable<string> Events()
    {
        yield return HistoryJson.Write(new HistoryEvent(HistoryEventType.OrchestratorStarted, -1, now));
        foreach (var happened in turn.Arrived.Concat(result.Actions))
        {
            yield return HistoryJson.Write(happened);
        }

        if (result.HasEnded)
        {
            yield return HistoryJson.Write(new HistoryEvent(HistoryEventType.ExecutionCompleted, result.EndId, now)
            {
                Status = result.Status.ToString(),
                Result = result.Output,
                Failure = result.Failure,
            });
        }

        yield return HistoryJson.Write(new HistoryEvent(HistoryEventType.OrchestratorCompleted, -1, now));
    }

    private void Perform(HistoryEvent action)
    {
        switch (action.EventType)
        {
            case HistoryEventType.TaskScheduled:
                _effects.Activities.Add(ActivityTable.Add(session, Instance, action));
                break;
            case HistoryEventType.TimerCreated:
                StartTimer(action, action.FireAt!.Value);
                break;
            case HistoryEventType.SubOrchestrationInstanceCreated:
                StartChild(action, action.InstanceId!);
                break;
            case HistoryEventType.EventSent when InstanceTable.Listens(session, action.InstanceId!):
                InboxTable.Add(session, action.InstanceId!, new HistoryEvent(HistoryEventType.EventRaised, -1, now) { Name = action.Name, Input = action.Input });
                _effects.Reached.Add(action.InstanceId!);
                break;
            default:
                break;
        }
    }

    private void StartTimer(HistoryEvent action, DateTimeOffset due)
    {
        var fired = new HistoryEvent(HistoryEventType.TimerFired, -1, due) { TaskId = action.EventId, FireAt = due };
        InboxTable.Add(session, Instance.Id, fired, due.UtcTicks, Instance.ExecutionId, action.EventId);
        if (due <= now)
        {
            _effects.Reached.Add(Instance.Id);
        }
        else
        {
            _effects.Due(due);
        }
    }

    private void StartChild(HistoryEvent action, string child)
    {
        if (child == Instance.Id || InstanceTable.StatusOf(session, child) is { } status && !status.HasEnded())
        {
            var failure = new TaskFailureDetails(
                typeof(global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException).FullName!,
                $"An orchestration instance with the id '{child}' already exists and has not ended.",
                StackTrace: null,
                InnerFailure: null,
                Properties: null);
            TellCaller(Link(action), HistoryEventType.SubOrchestrationInstanceFailed, output: null, failure);
            return;
        }

        var started = new HistoryEvent(HistoryEventType.ExecutionStarted, -1, now)
        {
            Name = action.Name,
            Input = action.Input,
            Version = action.Version,
            Tags = action.Tags,
            Parent = Link(action),
        };
        InstanceTable.Create(session, child, newId(), started, startAt: null, Instance.IsBound);
        _effects.Reached.Add(child);
    }

    private ParentLink Link(HistoryEvent action) => new(Instance.Name, Instance.Id, Instance.ExecutionId, action.EventId);

    private void TellParent()
    {
        if (Instance.Parent is not { } parent)
        {
            return;
        }

        if (result.Status == OrchestrationRuntimeStatus.Completed)
        {
            TellCaller(parent, HistoryEventType.SubOrchestrationInstanceCompleted, result.Output, failure: null);
        }
        else
        {
            var failure = result.Failure
                ?? new TaskFailureDetails("(unknown)", $"The orchestration was terminated: {result.Output}", StackTrace: null, InnerFailure: null, Properties: null);
            TellCaller(parent, HistoryEventType.SubOrchestrationInstanceFailed, output: null, failure);
        }
    }

    private void TellCaller(ParentLink caller, HistoryEventType type, string? output, TaskFailureDetails? failure)
    {
        if (InstanceTable.Listens(session, caller.InstanceId, caller.ExecutionId))
        {
            var told = new HistoryEvent(type, -1, now) { TaskId = caller.TaskId, Result = output, Failure = failure };
            InboxTable.Add(session, caller.InstanceId, told, executionId: caller.ExecutionId);
            _effects.Reached.Add(caller.InstanceId);
        }
    }
}
