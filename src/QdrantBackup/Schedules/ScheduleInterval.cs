namespace QdrantBackup.Schedules;

/// <summary>How far apart due times lie at present: the measure for the age of the newest backup.</summary>
public static class ScheduleInterval
{
    // Long enough for two due times of a schedule by the minute, day, week, month or year; tried in this order.
    private static readonly TimeSpan[] LookBacks =
        [TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(16), TimeSpan.FromDays(70), TimeSpan.FromDays(800)];

    private const int MaxDue = 20_000;

    /// <summary>The shortest interval of the schedules that are not paused; null when nothing is scheduled.</summary>
    public static TimeSpan? Of(IEnumerable<Schedule> schedules, DateTimeOffset now) =>
        schedules.Where(schedule => !schedule.Paused).Select(schedule => Of(schedule, now)).Min();

    /// <summary>The longest time between two due times of a schedule, within the next two years and the next 20,000 due times.</summary>
    public static TimeSpan LongestOf(Schedule schedule, DateTimeOffset now)
    {
        TimeSpan ahead = LookBacks[^1];
        DateTimeOffset[] due = [.. schedule.DueBetween(now, now + ahead, MaxDue)];
        return due.Length < 2 ? ahead : due.Zip(due.Skip(1), (a, b) => b - a).Max();
    }

    /// <summary>The longer of the gap around an instant and the gap before it: a schedule of working days has a long gap over the weekend.</summary>
    private static TimeSpan? Of(Schedule schedule, DateTimeOffset now)
    {
        if (schedule.NextDue(now) is not { } next)
        {
            return null;
        }

        DateTimeOffset[] past = [];
        foreach (var lookBack in LookBacks)
        {
            past = [.. schedule.DueBetween(now - lookBack, now)];
            if (past.Length >= 2)
            {
                break;
            }
        }

        return past switch
        {
            [.., var before, var last] => Longer(next - last, last - before),
            [var last] => next - last,
            _ => null,
        };
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
