namespace LocalFunctions.Durable.History;

/// <summary>What can happen to an instance; the names are the official ones.</summary>
internal enum HistoryEventType
{
    ExecutionStarted,
    ExecutionCompleted,
    ExecutionTerminated,
    ExecutionSuspended,
    ExecutionResumed,
    TaskScheduled,
    TaskCompleted,
    TaskFailed,
    SubOrchestrationInstanceCreated,
    SubOrchestrationInstanceCompleted,
    SubOrchestrationInstanceFailed,
    TimerCreated,
    TimerFired,
    EventSent,
    EventRaised,
    OrchestratorStarted,
    OrchestratorCompleted,
}
