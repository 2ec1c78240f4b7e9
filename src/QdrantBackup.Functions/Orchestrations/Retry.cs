using Microsoft.DurableTask;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>How often a step is tried: what cannot get better by itself is not tried again.</summary>
internal static class Retry
{
    private static readonly string[] Final = [typeof(PermanentStepException).FullName!, typeof(RefusedStepException).FullName!, typeof(DamagedStepException).FullName!];

    /// <summary>For steps that read, or that leave the same when done twice (W9).</summary>
    public static TaskOptions Transient { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1))
        {
            HandleFailure = failure => !Final.Contains(failure.ErrorType),
        });
}
