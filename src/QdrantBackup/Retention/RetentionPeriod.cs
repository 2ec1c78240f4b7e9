using System.Globalization;

namespace QdrantBackup.Retention;

/// <summary>A calendar period of which a policy keeps one backup: its name, and which period an instant is in.</summary>
internal sealed record RetentionPeriod(string Name, string Class, Func<DateTime, string> Of)
{
    public static RetentionPeriod Day { get; } = new("day", "daily", static local => local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>ISO 8601: weeks begin on Monday, and the first one of a year has its first Thursday.</summary>
    public static RetentionPeriod Week { get; } = new(
        "week", "weekly", static local => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(local):D4}-W{ISOWeek.GetWeekOfYear(local):D2}"));

    public static RetentionPeriod Month { get; } = new("month", "monthly", static local => local.ToString("yyyy-MM", CultureInfo.InvariantCulture));
}
