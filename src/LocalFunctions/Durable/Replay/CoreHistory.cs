using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Stored = LocalFunctions.Durable.History.HistoryEvent;

namespace LocalFunctions.Durable.Replay;

/// <summary>Stored events as events of the official core, and the core's actions as events to store.</summary>
internal static class CoreHistory
{
    // For a failure that a history does not hold.
    private static readonly TaskFailureDetails Unknown = new("(unknown)", "(unknown)", StackTrace: null, InnerFailure: null, Properties: null);

    /// <summary>A stored event for the core; null if the core has no use for it.</summary>
    public static DurableTask.Core.History.HistoryEvent? ToCore(Stored happened, string instanceId)
    {
        var id = happened.EventId;
        var task = happened.TaskId ?? -1;
        DurableTask.Core.History.HistoryEvent? core = happened.EventType switch
        {
            HistoryEventType.OrchestratorStarted => new OrchestratorStartedEvent(id),
            HistoryEventType.ExecutionStarted => Started(happened, instanceId),
            HistoryEventType.ExecutionSuspended => new ExecutionSuspendedEvent(id, happened.Reason),
            HistoryEventType.ExecutionResumed => new ExecutionResumedEvent(id, happened.Reason),
            HistoryEventType.TaskScheduled => new TaskScheduledEvent(id, happened.Name!),
            HistoryEventType.TaskCompleted => new TaskCompletedEvent(id, task, happened.Result),
            HistoryEventType.TaskFailed => new TaskFailedEvent(id, task, reason: null, details: null, Failure(happened)),
            HistoryEventType.SubOrchestrationInstanceCreated => new SubOrchestrationInstanceCreatedEvent(id) { Name = happened.Name, InstanceId = happened.InstanceId },
            HistoryEventType.SubOrchestrationInstanceCompleted => new SubOrchestrationInstanceCompletedEvent(id, task, happened.Result),
            HistoryEventType.SubOrchestrationInstanceFailed => new SubOrchestrationInstanceFailedEvent(id, task, reason: null, details: null, Failure(happened)),
            HistoryEventType.TimerCreated => new TimerCreatedEvent(id, happened.FireAt!.Value.UtcDateTime),
            HistoryEventType.TimerFired => new TimerFiredEvent(id, happened.FireAt?.UtcDateTime ?? default) { TimerId = task },
            HistoryEventType.EventSent => new EventSentEvent(id) { Name = happened.Name, InstanceId = happened.InstanceId },
            HistoryEventType.EventRaised => new EventRaisedEvent(id, happened.Input) { Name = happened.Name },
            _ => null,
        };
        if (core is not null)
        {
            core.Timestamp = happened.Timestamp.UtcDateTime;
        }

        return core;
    }

    /// <summary>An action that is not the end, as an event to store.</summary>
    /// <param name="action">The action.</param>
    /// <param name="tags">The tags of the orchestration: its children inherit them.</param>
    /// <param name="now">The time of the turn.</param>
    public static Stored FromCore(OrchestratorAction action, IReadOnlyDictionary<string, string>? tags, DateTimeOffset now)
    {
        Stored Event(HistoryEventType type) => new(type, action.Id, now);
        return action switch
        {
            ScheduleTaskOrchestratorAction task => Event(HistoryEventType.TaskScheduled) with { Name = task.Name, Input = OnlyArgument(task.Input) },
            CreateTimerOrchestratorAction timer => Event(HistoryEventType.TimerCreated) with { FireAt = new DateTimeOffset(timer.FireAt.ToUniversalTime()) },
            SendEventOrchestratorAction sent => Event(HistoryEventType.EventSent) with { Name = sent.EventName, InstanceId = sent.Instance!.InstanceId, Input = sent.EventData },
            CreateSubOrchestrationAction child => Event(HistoryEventType.SubOrchestrationInstanceCreated) with
            {
                Name = child.Name,
                InstanceId = child.InstanceId,
                Input = child.Input,
                Version = string.IsNullOrEmpty(child.Version) ? null : child.Version,
                Tags = Merged(tags, child.Tags),
            },
            _ => throw new NotSupportedException($"The action {action.OrchestratorActionType} is not supported."),
        };
    }

    /// <summary>An event that a new execution takes along.</summary>
    public static Stored Raised(string? name, string? input, DateTimeOffset now) => new(HistoryEventType.EventRaised, -1, now) { Name = name, Input = input };

    private static Dictionary<string, string>? Merged(IReadOnlyDictionary<string, string>? inherited, IDictionary<string, string>? own)
    {
        var merged = new Dictionary<string, string>(inherited ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in own ?? new Dictionary<string, string>())
        {
            merged[name] = value;
        }

        return merged.Count == 0 ? null : merged;
    }

    private static ExecutionStartedEvent Started(Stored happened, string instanceId) => new(happened.EventId, input: null)
    {
        // The input stays outside: the orchestrator's own parameter types decide how it is read (OrchestratorContext.GetInput).
        Name = happened.Name,
        Version = happened.Version,
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
    };

    private static FailureDetails Failure(Stored happened) => CoreFailures.ToCore(happened.Failure ?? Unknown);

    // The core passes a list of arguments to an activity, and the official context puts the input into it as the only one.
    private static string? OnlyArgument(string? arguments) =>
        arguments is ['[', .. var argument, ']'] && argument.Trim() is var only && only != "null" ? only : null;
}
