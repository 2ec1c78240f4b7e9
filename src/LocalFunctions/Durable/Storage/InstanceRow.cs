using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Storage;

/// <summary>A row of the table of instances.</summary>
internal sealed record InstanceRow(
    string Id,
    string ExecutionId,
    string Name,
    OrchestrationRuntimeStatus Status,
    DateTimeOffset Created,
    DateTimeOffset Updated)
{
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public ParentLink? Parent { get; init; }

    public string? CustomStatus { get; init; }

    public string? Input { get; init; }

    public string? Output { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    /// <summary>Whether it ends with the process that started it, unless another one is asked to continue it.</summary>
    public bool IsBound { get; init; }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Status.HasEnded();
}

/// <summary>Groups of statuses.</summary>
internal static class RuntimeStatuses
{
    /// <summary>The statuses in which an instance has ended.</summary>
    public static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    /// <summary>Whether an instance of this status has ended.</summary>
    public static bool HasEnded(this OrchestrationRuntimeStatus status) => Array.IndexOf(Ended, status) >= 0;
}
