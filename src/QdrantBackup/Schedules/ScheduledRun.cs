namespace QdrantBackup.Schedules;

/// <summary>One due time of one schedule, and the run that serves it.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="Class">Its class under that schedule.</param>
/// <param name="Due">When it was, or will be, due; UTC.</param>
/// <param name="Missed">Whether it passed while no ticker ran, so that this run catches up on it.</param>
public sealed record ServedDue(string Schedule, RetentionClass Class, DateTimeOffset Due, bool Missed);

/// <summary>A due time that passed while no ticker ran, and the run that catches up on it.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="Due">When it was due; UTC.</param>
/// <param name="MadeUpBy">The instance id of the run that catches up on it.</param>
public sealed record MissedRun(string Schedule, DateTimeOffset Due, string MadeUpBy);

/// <summary>A run that was decided: an intent, kept in the store until its orchestration is started.</summary>
public sealed record ScheduledRun
{
    /// <summary>The orchestration's instance id, the same for every ticker and every attempt: <c>backup-cluster-schedule-due</c>.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The id of the backup it makes.</summary>
    public required string BackupId { get; init; }

    /// <summary>The cluster it backs up.</summary>
    public required string Cluster { get; init; }

    /// <summary>The schedule whose due time caused it.</summary>
    public required string Schedule { get; init; }

    /// <summary>That due time; UTC.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>When the run was decided; UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>Every due time that it serves, oldest first: at most <see cref="ScheduleEvaluator.MaxListedDue"/> per schedule.</summary>
    public required IReadOnlyList<ServedDue> Served { get; init; }

    /// <summary>How many more due times it serves than <see cref="Served"/> lists, after a long absence with a frequent schedule.</summary>
    public int ServedBeyondList { get; init; }

    /// <summary>The classes of all due times it serves, each once.</summary>
    public IReadOnlyList<RetentionClass> Classes() => [.. Served.Select(due => due.Class).Distinct().Order()];

    /// <summary>The due times it catches up on.</summary>
    public IReadOnlyList<MissedRun> MissedRuns() =>
        [.. Served.Where(due => due.Missed).Select(due => new MissedRun(due.Schedule, due.Due, InstanceId))];

    /// <summary>The time up to which it settles each schedule that it serves: due times before its decision, and one ahead that it serves early.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Settles() => Served
        .GroupBy(due => due.Schedule, StringComparer.Ordinal)
        .ToDictionary(dues => dues.Key, dues => dues.Max(due => due.Due) is var last && last > DecidedAt ? last : DecidedAt, StringComparer.Ordinal);
}
