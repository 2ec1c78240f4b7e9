namespace QdrantBackup.Schedules;

/// <summary>What a tick should do.</summary>
/// <param name="State">The state to save before anything is started; equal to the loaded one when nothing changed.</param>
/// <param name="Changed">Whether <paramref name="State"/> differs from the loaded one.</param>
/// <param name="ToStart">The run to start, which <paramref name="State"/> holds as pending; null when nothing is due.</param>
/// <param name="Missed">The due times that <paramref name="ToStart"/> catches up on.</param>
public sealed record Evaluation(ScheduleState State, bool Changed, ScheduledRun? ToStart, IReadOnlyList<MissedRun> Missed);

/// <summary>
/// Decides which run is due: a pure function of the time, the schedules and their saved state.
/// The rules are described in <c>docs/schedules.md</c>.
/// </summary>
public static class ScheduleEvaluator
{
    /// <summary>How many due times of one schedule a run lists; more are served and counted.</summary>
    public const int MaxListedDue = 100;

    /// <summary>How late a due time may be served before it counts as missed, unless configured otherwise: two ticks of five minutes.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromMinutes(10);

    // No mark is set further ahead than a merge window, so one further ahead than this was set by a clock that was wrong.
    private static readonly TimeSpan MaxAhead = Schedule.MaxMergeWindow + TimeSpan.FromHours(24);

    // A bound on counting, not on serving: the mark moves to now even if not all were counted.
    private const int MaxCountedDue = 100_000;

    /// <summary>Evaluates the schedules of a cluster at an instant.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="now">The instant of this tick.</param>
    /// <param name="schedules">The schedules as configured now.</param>
    /// <param name="state">The saved state; null at the very first tick.</param>
    /// <param name="grace">How late a due time may be served before it counts as missed.</param>
    public static Evaluation Evaluate(string cluster, DateTimeOffset now, IReadOnlyList<Schedule> schedules, ScheduleState? state, TimeSpan? grace = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        ArgumentNullException.ThrowIfNull(schedules);
        RequireKnownVersion(state);
        now = now.ToUniversalTime();

        // A pending intent is a promise of an earlier tick that may have died before it started the run: keep it before anything new.
        if (state?.Pending is { } pending)
        {
            return new Evaluation(state, Changed: false, pending, pending.MissedRuns());
        }

        var marks = schedules.ToDictionary(schedule => schedule.Name, schedule => Refresh(schedule, state?.Marks, now), StringComparer.Ordinal);
        var run = Decide(cluster, now, schedules, marks, grace ?? DefaultGrace);
        var changed = run is not null || state is null || !SameMarks(state.Marks, marks);
        var next = changed ? new ScheduleState { Marks = marks, Pending = run } : state!;
        return new Evaluation(next, changed, run, run?.MissedRuns() ?? []);
    }

    /// <summary>The mark to judge a schedule by: the saved one, or now if the saved one no longer applies.</summary>
    private static ScheduleMark Refresh(Schedule schedule, IReadOnlyDictionary<string, ScheduleMark>? marks, DateTimeOffset now)
    {
        var fresh = new ScheduleMark(now, schedule.Cron.Text, schedule.TimeZone.Id, schedule.Paused);
        if (marks is null || !marks.TryGetValue(schedule.Name, out var mark))
        {
            return fresh;
        }

        if (mark.SettledThrough - now > MaxAhead)
        {
            return fresh;
        }

        // Due times under another rule, or while paused, are not due now. A mark ahead of now stays: that due time was served early.
        var sameRule = mark.Cron == fresh.Cron && mark.TimeZone == fresh.TimeZone && mark.Paused == fresh.Paused;
        var passes = schedule.Paused && schedule.NextDue(mark.SettledThrough) <= now;
        return sameRule && !passes ? mark : fresh with { SettledThrough = Later(mark.SettledThrough, now) };
    }

    private static ScheduledRun? Decide(
        string cluster, DateTimeOffset now, IReadOnlyList<Schedule> schedules, Dictionary<string, ScheduleMark> marks, TimeSpan grace)
    {
        var next = schedules
            .Where(schedule => !schedule.Paused)
            .Select(schedule => (Schedule: schedule, Due: schedule.NextDue(marks[schedule.Name].SettledThrough)))
            .Where(candidate => candidate.Due is not null)
            .Select(candidate => (candidate.Schedule, Due: candidate.Due!.Value))
            .OrderBy(candidate => candidate.Due)
            .ThenBy(candidate => candidate.Schedule.Name, StringComparer.Ordinal)
            .ToList();
        if (next.Count == 0 || next[0].Due > now)
        {
            return null;
        }

        var first = next[0];
        var served = new List<ServedDue>();
        var beyondList = 0;
        foreach (var (schedule, due) in next)
        {
            if (due <= now)
            {
                var mark = marks[schedule.Name];
                var past = schedule.DueBetween(mark.SettledThrough, now, MaxListedDue).ToList();
                served.AddRange(past.Select(time => new ServedDue(schedule.Name, schedule.Class, time, Missed: now - time > grace)));
                beyondList += past.Count < MaxListedDue ? 0 : schedule.DueBetween(past[^1], now, MaxCountedDue).Count();
                marks[schedule.Name] = mark with { SettledThrough = now };
            }
            else if (due - first.Due <= schedule.MergeWindow)
            {
                served.Add(new ServedDue(schedule.Name, schedule.Class, due, Missed: false));
                marks[schedule.Name] = marks[schedule.Name] with { SettledThrough = due };
            }
        }

        return new ScheduledRun
        {
            InstanceId = RunIdentity.InstanceId(cluster, first.Schedule.Name, first.Due),
            BackupId = RunIdentity.BackupId(cluster, first.Schedule.Name, first.Due, now),
            Cluster = cluster,
            Schedule = first.Schedule.Name,
            Due = first.Due,
            DecidedAt = now,
            Served = [.. served.OrderBy(due => due.Due).ThenBy(due => due.Schedule, StringComparer.Ordinal)],
            ServedBeyondList = beyondList,
        };
    }

    private static bool SameMarks(IReadOnlyDictionary<string, ScheduleMark> left, Dictionary<string, ScheduleMark> right) =>
        left.Count == right.Count && right.All(pair => left.TryGetValue(pair.Key, out var mark) && mark == pair.Value);

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static void RequireKnownVersion(ScheduleState? state)
    {
        if (state is not null && state.Version != ScheduleState.CurrentVersion)
        {
            throw new StoreException(
                $"The schedules' state in the store is of version {state.Version}; this program supports version {ScheduleState.CurrentVersion}.",
                "Run the newer version of this program that wrote it.");
        }
    }
}
