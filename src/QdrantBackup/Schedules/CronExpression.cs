using System.Diagnostics.CodeAnalysis;
using NCrontab;

namespace QdrantBackup.Schedules;

/// <summary>A cron expression of five fields, or of six with seconds first, in the dialect of the Functions host (NCRONTAB).</summary>
public sealed class CronExpression
{
    /// <summary>What a valid expression looks like, for error messages.</summary>
    public const string Form = "a cron expression of five fields (minute hour day month weekday), or six with seconds first; weekdays are 0 (Sunday) to 6";

    // The leap day of a century that has none is eight years away at most.
    private static readonly DateTime Probe = new(2096, 2, 29, 12, 0, 0, DateTimeKind.Unspecified);

    private readonly CrontabSchedule schedule;

    private CronExpression(string text, CrontabSchedule schedule)
    {
        Text = text;
        this.schedule = schedule;
    }

    /// <summary>The expression with single blanks between its fields.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads an expression. Refused are also those that are never due (30 February) and those due more than once a minute,
    /// which usually lack the zero in the seconds field.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronExpression? cron, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        cron = null;
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            problem = $"it has {fields.Length} fields";
            return false;
        }

        var normal = string.Join(' ', fields);
        var crontab = CrontabSchedule.TryParse(normal, new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 });
        if (crontab is null)
        {
            problem = "a field is out of range or not understood";
            return false;
        }

        var parsed = new CronExpression(normal, crontab);
        if (parsed.NextLocal(Probe) is not { } first)
        {
            problem = "it is never due";
            return false;
        }

        if (parsed.NextLocal(first) is { } second && second - first < TimeSpan.FromMinutes(1))
        {
            problem = "it is due more than once a minute";
            return false;
        }

        cron = parsed;
        problem = null;
        return true;
    }

    /// <summary>Reads an expression that must be valid.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public static CronExpression Parse(string text) =>
        TryParse(text, out var cron, out var problem)
            ? cron
            : throw new UsageException($"'{text}' is no schedule: {problem}.", $"Give {Form}, e.g. \"0 2 * * *\".");

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The first local time after <paramref name="local"/> at which the expression is due, on a wall clock that never changes; null if there is none within nine years.</summary>
    internal DateTime? NextLocal(DateTime local)
    {
        // NCrontab answers with the end of the search when it finds nothing, which must not be taken for a due time.
        var end = local > DateTime.MaxValue.AddYears(-9) ? DateTime.MaxValue : local.AddYears(9);
        var next = schedule.GetNextOccurrence(local, end);
        return next >= end ? null : next;
    }
}
