namespace LocalFunctions.Soak.World;

/// <summary>A timer of a process. Nothing in the engine uses periods, so there are none.</summary>
internal sealed class SimulatedTimer(SimulatedClock clock, Lane lane, TimerCallback callback, object? state) : ITimer
{
    /// <summary>When it rings, in elapsed time.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>Which was set first, of those that ring at the same time.</summary>
    public long Order { get; set; }

    public Lane Lane => lane;

    public void Ring() => callback(state);

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
        {
            throw new NotSupportedException("The simulated clock has no periodic timers.");
        }

        clock.Remove(this);
        if (dueTime != Timeout.InfiniteTimeSpan && lane.IsAlive)
        {
            Due = clock.Elapsed + dueTime;
            clock.Add(this);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => clock.Remove(this);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
