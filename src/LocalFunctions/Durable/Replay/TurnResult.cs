using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Replay;

/// <summary>What one turn of an orchestrator comes to.</summary>
/// <param name="Status">The status of the instance after it.</param>
/// <param name="Actions">What the orchestrator newly set going, in the order of the calls.</param>
internal sealed record TurnResult(OrchestrationRuntimeStatus Status, IReadOnlyCollection<HistoryEvent> Actions)
{
    /// <summary>The custom status as JSON; null if there is none.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>The output as JSON.</summary>
    public string? Output { get; init; }

    /// <summary>How the instance failed.</summary>
    public TaskFailureDetails? Failure { get; init; }

    /// <summary>The action id of the end.</summary>
    public int EndId { get; init; }

    /// <summary>How the instance starts over, if it does: its new start, then the events that it takes along.</summary>
    public IReadOnlyList<HistoryEvent>? NextGeneration { get; init; }

    /// <summary>Whether the instance has ended.</summary>
    public bool HasEnded => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
