namespace LocalFunctions.Soak.World;

/// <summary>The world's time as one process sees it; its timers die with it.</summary>
internal sealed class ProcessTime(SimulatedClock clock, Lane lane) : TimeProvider
{
    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => clock.Now;

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.Elapsed.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(clock, lane, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
