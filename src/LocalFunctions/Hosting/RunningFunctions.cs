namespace LocalFunctions.Hosting;

/// <summary>The time that running functions have left once the host was asked to stop.</summary>
internal sealed class RunningFunctions : IDisposable
{
    private readonly CancellationTokenSource cancelled = new();
    private readonly TimeSpan drain;
    private readonly TimeProvider time;
    private long? stoppingSince;
    private ITimer? timer;

    public RunningFunctions(TimeSpan drain, TimeProvider time)
    {
        (this.drain, this.time) = (drain, time);
        Cancelled = cancelled.Token;
    }

    /// <summary>Cancelled when the time for draining is over. Runs that were cut off may ask for it after the host is gone.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>What is left of the time for draining.</summary>
    public TimeSpan Left => stoppingSince is { } since && drain - time.GetElapsedTime(since) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>From now on the time for draining runs.</summary>
    public void BeginDraining()
    {
        stoppingSince = time.GetTimestamp();
        timer = time.CreateTimer(_ => cancelled.Cancel(), state: null, drain, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        timer?.Dispose();
        cancelled.Dispose();
    }
}
