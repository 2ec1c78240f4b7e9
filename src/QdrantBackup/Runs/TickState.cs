namespace QdrantBackup.Runs;

/// <summary>The last result of one step of the tick.</summary>
/// <param name="Name">The step.</param>
public sealed record TickStep(string Name)
{
    /// <summary>Since when it fails at every tick; null when it works.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }
}

/// <summary>The results of a cluster's tick, step by step; kept in the store, because the process that is asked may not be the one that ticks.</summary>
public sealed record TickState
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When this was written: at least every hour, and at once when a step begins to fail or works again.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The steps that have run at least once.</summary>
    public required IReadOnlyList<TickStep> Steps { get; init; }

    /// <summary>The steps that fail.</summary>
    public IEnumerable<TickStep> Failing() => Steps.Where(s => s.FailingSince is not null);
}
