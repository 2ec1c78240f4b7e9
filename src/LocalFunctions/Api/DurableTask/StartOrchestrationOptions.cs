namespace Microsoft.DurableTask
{
    /// <summary>How an orchestration is started.</summary>
    /// <param name="InstanceId">The id; a random one if null.</param>
    /// <param name="StartAt">When to start; at once if null. Until then the instance is pending.</param>
    public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        /// <summary>Tags of the instance; its sub-orchestrations get them too.</summary>
        public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

        /// <summary>The version of the orchestration.</summary>
        public TaskVersion? Version { get; init; }

        /// <summary>
        /// Statuses in which an existing instance of the same id is not replaced but makes the start fail, besides those
        /// in which it never is: pending, running, suspended.
        /// </summary>
        public IReadOnlyList<string>? DedupeStatuses { get; init; }
    }
}

namespace Microsoft.DurableTask.Client
{
    /// <summary>Further ways to say how an orchestration is started.</summary>
    public static class StartOrchestrationOptionsExtensions
    {
        /// <summary>These options, with statuses in which an existing instance of the same id makes the start fail.</summary>
        /// <param name="options">The options.</param>
        /// <param name="dedupeStatuses">The statuses.</param>
        /// <returns>The options with the statuses.</returns>
        public static StartOrchestrationOptions WithDedupeStatuses(this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses) =>
            options with { DedupeStatuses = Array.ConvertAll(dedupeStatuses, status => status.ToString()) };
    }
}
