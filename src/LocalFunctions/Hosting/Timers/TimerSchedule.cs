using System.Globalization;
using NCrontab;

namespace LocalFunctions.Hosting.Timers;

/// <summary>When a timer function is due, in UTC: an NCRONTAB expression of five or six fields, or a fixed interval.</summary>
internal sealed class TimerSchedule
{
    private const int OccurrencesLookedAt = 10;
    private readonly Func<DateTime, DateTime> next;

    private TimerSchedule(string expression, Func<DateTime, DateTime> next)
    {
        Expression = expression;
        this.next = next;
    }

    public string Expression { get; }

    /// <exception cref="FormatException">The expression is neither NCRONTAB nor an interval.</exception>
    public static TimerSchedule Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields != 5 };
        if (fields > 1)
        {
            return CrontabSchedule.TryParse(expression, options) is { } cron
                ? new TimerSchedule(expression, cron.GetNextOccurrence)
                : throw new FormatException($"'{expression}' is not an NCRONTAB expression ('[second] minute hour day month day-of-week').");
        }

        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
        {
            return new TimerSchedule(expression, after => after + interval);
        }

        throw new FormatException($"'{expression}' is neither an NCRONTAB expression ('[second] minute hour day month day-of-week') nor an interval ('hh:mm:ss').");
    }

    /// <summary>The first due time after the given one; <see cref="DateTime.MaxValue"/> where there is none.</summary>
    public DateTime Next(DateTime after) => DateTime.SpecifyKind(next(after), DateTimeKind.Utc);

    /// <summary>Whether two due times may lie less than a minute apart; the official monitor keeps no status of such schedules.</summary>
    public bool IsFasterThanOncePerMinute(DateTime from)
    {
        var previous = Next(from);
        for (var looked = 1; looked < OccurrencesLookedAt && previous < DateTime.MaxValue; looked++)
        {
            var following = Next(previous);
            if (following - previous < TimeSpan.FromMinutes(1))
            {
                return true;
            }

            previous = following;
        }

        return false;
    }
}
