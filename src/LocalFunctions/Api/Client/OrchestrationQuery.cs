namespace Microsoft.DurableTask.Client;

/// <summary>Selects instances.</summary>
/// <param name="CreatedFrom">Created at or after this time.</param>
/// <param name="CreatedTo">Created at or before this time.</param>
/// <param name="Statuses">With one of these statuses; any if null or empty.</param>
/// <param name="TaskHubNames">In these task hubs. LocalFunctions has one and ignores this.</param>
/// <param name="InstanceIdPrefix">Whose id starts with this.</param>
/// <param name="PageSize">How many instances a page holds.</param>
/// <param name="FetchInputsAndOutputs">Whether input, output, custom status and failure details are fetched.</param>
/// <param name="ContinuationToken">Where to go on: that of an earlier page.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>How many instances a page holds unless told otherwise.</summary>
    internal const int DefaultPageSize = 100;
}

/// <summary>Selects ended instances to forget.</summary>
/// <param name="CreatedFrom">Created at or after this time.</param>
/// <param name="CreatedTo">Created at or before this time.</param>
/// <param name="Statuses">With one of these statuses; any in which an instance has ended if null or empty.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null);

/// <summary>How an instance is forgotten.</summary>
/// <param name="Recursive">Whether its sub-orchestrations are too. Ignored, as by the official host.</param>
public record PurgeInstanceOptions(bool Recursive = false);

/// <summary>How an instance is ended.</summary>
/// <param name="Output">Its output.</param>
/// <param name="Recursive">Whether its sub-orchestrations are too. Ignored, as by the official host.</param>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>How many instances were forgotten.</summary>
/// <param name="count">The number.</param>
/// <param name="isComplete">Whether none that the filter selects is left; null if unknown.</param>
public class PurgeResult(int count, bool? isComplete = null)
{
    /// <summary>How many instances were forgotten.</summary>
    public int PurgedInstanceCount { get; } = count;

    /// <summary>Whether none that the filter selects is left; null if unknown.</summary>
    public bool? IsComplete { get; } = isComplete;
}
