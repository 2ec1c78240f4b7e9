namespace LocalFunctions.Hosting;

/// <summary>The time that running functions have left once the host was asked to stop.</summary>
internal sealed class RunningFunctions(TimeSpan drain, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource cancelled = new();
    private long? stoppingSince;

    /// <summary>Cancelled when the time for draining is over.</summary>
    public CancellationToken Cancelled => cancelled.Token;

    /// <summary>What is left of the time for draining.</summary>
    public TimeSpan Left => stoppingSince is { } since && drain - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>From now on the time for draining runs.</summary>
    public void BeginDraining()
    {
        stoppingSince = time.GetTimestamp();
        timer = time.CreateTimer(_ => cancelled.Cancel(), state: null, drain, Timeout.InfiniteTimeSpan);
    }

    private ITimer? timer;

    public void Dispose()
    {
        timer?.Dispose();
        cancelled.Dispose();
    }
}
