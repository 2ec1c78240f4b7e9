using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>How often a step is tried: what cannot get better by itself is not tried again, nor what was tried again until there was no patience left.</summary>
internal static class Retry
{
    private static readonly string[] Final =
    [
        typeof(PermanentStepException).FullName!, typeof(RefusedStepException).FullName!, typeof(DamagedStepException).FullName!, typeof(SpentStepException).FullName!,
    ];

    /// <summary>For steps that read, or that leave the same when done twice (W9). The numbers are those of <see cref="Patience"/>.</summary>
    public static TaskOptions Transient { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(Patience.StepAttempts, Patience.StepPause, backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1))
        {
            HandleFailure = failure => !Final.Contains(failure.ErrorType),
        });
}
