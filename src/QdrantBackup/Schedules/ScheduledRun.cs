namespace QdrantBackup.Schedules;

/// <summary>One due time of one schedule, and the run that serves it.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="Class">What the backup counts as for it.</param>
/// <param name="Due">When it was, or will be, due; UTC.</param>
/// <param name="Missed">Whether it passed while nobody ticked, and this run makes it up.</param>
public sealed record ServedDue(string Schedule, RetentionClass Class, DateTimeOffset Due, bool Missed);

/// <summary>A due time that passed while nobody ticked, and the run that makes it up.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="Due">When it was due; UTC.</param>
/// <param name="MadeUpBy">The instance id of the run that makes it up.</param>
public sealed record MissedRun(string Schedule, DateTimeOffset Due, string MadeUpBy);

/// <summary>A run that was decided: an intent, kept in the store until its orchestration is started.</summary>
public sealed record ScheduledRun
{
    /// <summary>The orchestration's instance id, the same whoever decides and however often: <c>backup-cluster-schedule-due</c>.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The id of the backup it makes.</summary>
    public required string BackupId { get; init; }

    /// <summary>The cluster it backs up.</summary>
    public required string Cluster { get; init; }

    /// <summary>The schedule whose due time brought it about.</summary>
    public required string Schedule { get; init; }

    /// <summary>That due time; UTC.</summary>
    public required DateTimeOffset Due { get; init; }

    /// <summary>When the run was decided; UTC.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>Every due time that it serves, oldest first: at most <see cref="ScheduleEvaluator.MaxListedDue"/> per schedule.</summary>
    public required IReadOnlyList<ServedDue> Served { get; init; }

    /// <summary>How many more due times it serves than <see cref="Served"/> lists, after a long absence under a busy schedule.</summary>
    public int ServedBeyondList { get; init; }

    /// <summary>What the backup counts as: the classes of all it serves, each once.</summary>
    public IReadOnlyList<RetentionClass> Classes() => [.. Served.Select(due => due.Class).Distinct().Order()];

    /// <summary>The due times it makes up.</summary>
    public IReadOnlyList<MissedRun> MissedRuns() =>
        [.. Served.Where(due => due.Missed).Select(due => new MissedRun(due.Schedule, due.Due, InstanceId))];

    /// <summary>Through when it settles the due times of each schedule that it serves: those up to its decision, and one ahead that it serves early.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Settles() => Served
        .GroupBy(due => due.Schedule, StringComparer.Ordinal)
        .ToDictionary(dues => dues.Key, dues => dues.Max(due => due.Due) is var last && last > DecidedAt ? last : DecidedAt, StringComparer.Ordinal);
}
