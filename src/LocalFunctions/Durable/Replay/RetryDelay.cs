using Microsoft.DurableTask;

namespace LocalFunctions.Durable.Replay;

/// <summary>How long a retry waits.</summary>
internal static class RetryDelay
{
    /// <summary>The pause before an attempt; the second is the first that has one.</summary>
    public static TimeSpan Before(int attempt, RetryPolicy policy)
    {
        var most = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(365) : policy.MaxRetryInterval;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 2);
        return milliseconds < most.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : most;
    }
}
