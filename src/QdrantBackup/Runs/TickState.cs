namespace QdrantBackup.Runs;

/// <summary>What one step of the tick came to when it last ran.</summary>
/// <param name="Name">The step.</param>
public sealed record TickStep(string Name)
{
    /// <summary>Since when it has failed at every tick; null when it works.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }
}

/// <summary>What the tick of a cluster's app comes to, step by step; kept in the store, because whoever is asked may be another process than the one that ticks.</summary>
public sealed record TickState
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When this was written: at least every hour, and at once when a step begins to fail or works again.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The steps that have run.</summary>
    public required IReadOnlyList<TickStep> Steps { get; init; }

    /// <summary>The steps that fail.</summary>
    public IEnumerable<TickStep> Failing() => Steps.Where(s => s.FailingSince is not null);
}
