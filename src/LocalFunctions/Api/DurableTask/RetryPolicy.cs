namespace Microsoft.DurableTask;

/// <summary>How often and how long a failing task is tried again. The pauses are durable timers.</summary>
public class RetryPolicy
{
    /// <summary>A policy.</summary>
    /// <param name="maxNumberOfAttempts">How often the task is tried, the first time included.</param>
    /// <param name="firstRetryInterval">The pause before the second attempt.</param>
    /// <param name="backoffCoefficient">By what each pause is multiplied to get the next.</param>
    /// <param name="maxRetryInterval">The longest pause; an hour if null.</param>
    /// <param name="retryTimeout">After how long since the first attempt no more are made; never if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The coefficient must be 1 or more.");
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = OrInfinite(maxRetryInterval ?? TimeSpan.FromHours(1), firstRetryInterval, nameof(maxRetryInterval));
        RetryTimeout = OrInfinite(retryTimeout ?? Timeout.InfiniteTimeSpan, firstRetryInterval, nameof(retryTimeout));
    }

    /// <summary>How often the task is tried, the first time included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The pause before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>By what each pause is multiplied to get the next.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>After how long since the first attempt no more are made.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Says which failures are worth another attempt; all if not set. Must be deterministic.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure { internal get; init; } = static _ => true;

    private static TimeSpan OrInfinite(TimeSpan value, TimeSpan least, string name) =>
        value == Timeout.InfiniteTimeSpan || value >= least
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "The value must not be less than the first retry interval.");
}
