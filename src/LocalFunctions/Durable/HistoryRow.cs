using Microsoft.DurableTask;

namespace LocalFunctions.Durable;

/// <summary>One event of a history, flattened for the management API.</summary>
/// <param name="EventType">The official name: <c>TaskScheduled</c>, <c>TimerFired</c>, ...</param>
/// <param name="EventId">The action id of events that an orchestrator caused; -1 for those that came in.</param>
/// <param name="Timestamp">When.</param>
/// <param name="Name">Function or event name, where there is one.</param>
/// <param name="TaskId">The action that a completion or fired timer answers.</param>
/// <param name="Input">Input or payload as JSON.</param>
/// <param name="Result">Result as JSON.</param>
/// <param name="Reason">Why an instance was suspended, resumed or terminated.</param>
/// <param name="FireAt">When a timer is due.</param>
/// <param name="Status">The final status of an execution.</param>
/// <param name="InstanceId">The instance that was started or sent an event.</param>
/// <param name="Failure">How a task or the execution failed.</param>
internal sealed record HistoryRow(
    string EventType,
    int EventId,
    DateTimeOffset Timestamp,
    string? Name = null,
    int? TaskId = null,
    string? Input = null,
    string? Result = null,
    string? Reason = null,
    DateTimeOffset? FireAt = null,
    string? Status = null,
    string? InstanceId = null,
    TaskFailureDetails? Failure = null);
