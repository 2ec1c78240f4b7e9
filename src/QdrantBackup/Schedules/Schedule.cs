namespace QdrantBackup.Schedules;

/// <summary>When backups of one class are due, on the clock of one time zone.</summary>
public sealed record Schedule
{
    /// <summary>How early a due time may be served by the run of another schedule, unless configured otherwise.</summary>
    public static readonly TimeSpan DefaultMergeWindow = TimeSpan.FromHours(6);

    /// <summary>The longest merge window: a day, so that a due time is never served by the run of another day's.</summary>
    public static readonly TimeSpan MaxMergeWindow = TimeSpan.FromHours(24);

    /// <summary>Lower-case letters, digits and dashes, 1 to 32 of them: it stands in instance ids.</summary>
    public required string Name { get; init; }

    /// <summary>When it is due, in the time zone's local time.</summary>
    public required CronExpression Cron { get; init; }

    /// <summary>The time zone of <see cref="Cron"/>.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The retention class of its backups.</summary>
    public RetentionClass Class { get; init; }

    /// <summary>Due times of a paused schedule pass without a run, and do not count as missed.</summary>
    public bool Paused { get; init; }

    /// <summary>How early a due time of this schedule may be served by the run of another schedule; zero: never early.</summary>
    public TimeSpan MergeWindow { get; init; } = DefaultMergeWindow;

    /// <summary>Whether its backups may be without any collection; such a backup is suspect until a person confirms it.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>The first due time after an instant, in UTC; null if there is none within nine years.</summary>
    public DateTimeOffset? NextDue(DateTimeOffset after)
    {
        after = after.ToUniversalTime();
        var local = WallClock.ToLocal(after, TimeZone);

        // Local times that a clock change repeats, or folds into one instant, may stand at or before `after`: step over them.
        while (Cron.NextLocal(local) is { } next)
        {
            var due = WallClock.ToUtc(next, TimeZone);
            if (due > after)
            {
                return due;
            }

            local = next;
        }

        return null;
    }

    /// <summary>The due times after <paramref name="after"/> up to and including <paramref name="through"/>, oldest first, at most <paramref name="limit"/>.</summary>
    public IEnumerable<DateTimeOffset> DueBetween(DateTimeOffset after, DateTimeOffset through, int limit = 1000)
    {
        var due = after;
        for (var count = 0; count < limit && NextDue(due) is { } next && next <= through; count++)
        {
            yield return next;
            due = next;
        }
    }
}
