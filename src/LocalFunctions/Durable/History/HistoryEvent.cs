using Microsoft.DurableTask;

namespace LocalFunctions.Durable.History;

/// <summary>One event of an instance's history; a message to an instance is an event that is not yet in its history.</summary>
/// <param name="EventType">What happened.</param>
/// <param name="EventId">The action id of an action by an orchestrator; -1 for an event from outside.</param>
/// <param name="Timestamp">When.</param>
internal sealed record HistoryEvent(HistoryEventType EventType, int EventId, DateTimeOffset Timestamp)
{
    /// <summary>The name of the function or event, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The action that a result or fired timer answers.</summary>
    public int? TaskId { get; init; }

    /// <summary>Input or payload as JSON.</summary>
    public string? Input { get; init; }

    /// <summary>Result as JSON.</summary>
    public string? Result { get; init; }

    /// <summary>Why an instance was suspended or resumed.</summary>
    public string? Reason { get; init; }

    /// <summary>When a timer is due.</summary>
    public DateTimeOffset? FireAt { get; init; }

    /// <summary>The final status of an execution.</summary>
    public string? Status { get; init; }

    /// <summary>The instance that was started or sent an event.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The version of an orchestration.</summary>
    public string? Version { get; init; }

    /// <summary>The tags of an orchestration.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Who called an orchestration.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>How a task or an execution failed.</summary>
    public TaskFailureDetails? Failure { get; init; }
}

/// <summary>Where the result of a sub-orchestration goes.</summary>
/// <param name="Name">The orchestrator that called it.</param>
/// <param name="InstanceId">Its instance.</param>
/// <param name="ExecutionId">Its execution: a later one does not know the call.</param>
/// <param name="TaskId">The call.</param>
internal sealed record ParentLink(string Name, string InstanceId, string ExecutionId, int TaskId);
