using System.Text.RegularExpressions;
using QdrantBackup.Schedules;

namespace QdrantBackup.Configuration;

/// <summary>Reads when backups are due: the defaults, each replaced or taken away by its name, and whatever else is named.</summary>
internal static partial class ScheduleSection
{
    private const int MaxSchedules = 32;

    public static readonly IReadOnlyDictionary<string, string> DefaultCrons = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["daily"] = "0 2 * * *",
        ["weekly"] = "0 1 * * 0",
    };

    // Names below Schedule that are settings of all schedules.
    private static readonly HashSet<string> Common = new(["TimeZone", "MergeWindow", "AllowEmpty"], StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<Schedule> Read(SettingReader reader)
    {
        var zone = ReadZone(reader, "Schedule:TimeZone", TimeZoneInfo.Utc);
        var window = ReadWindow(reader, "Schedule:MergeWindow", Schedule.DefaultMergeWindow);
        var allowEmpty = reader.Flag("Schedule:AllowEmpty", fallback: false);
        var names = DefaultCrons.Keys.Union(reader.Children("Schedule").Where(name => !Common.Contains(name)), StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count > MaxSchedules)
        {
            reader.Refuse("Schedule", $"has {names.Count} schedules; at most {MaxSchedules} can be configured");
            return [];
        }

        return [.. names.Select(name => ReadOne(reader, name.ToLowerInvariant(), zone, window, allowEmpty)).OfType<Schedule>().OrderBy(schedule => schedule.Name, StringComparer.Ordinal)];
    }

    private static Schedule? ReadOne(SettingReader reader, string name, TimeZoneInfo zone, TimeSpan window, bool allowEmpty)
    {
        var key = $"Schedule:{name}";
        if (!NameForm().IsMatch(name))
        {
            reader.Refuse(key, "has a name that cannot stand in an id: 1 to 32 lower-case letters, digits and dashes");
            return null;
        }

        var cronKey = reader.Text($"{key}:Cron") is null ? key : $"{key}:Cron";
        var text = reader.Text(cronKey) ?? DefaultCrons.GetValueOrDefault(name);
        var ownZone = ReadZone(reader, $"{key}:TimeZone", zone);
        var ownWindow = ReadWindow(reader, $"{key}:MergeWindow", window);
        var paused = reader.Flag($"{key}:Paused", fallback: false);
        var mayBeEmpty = reader.Flag($"{key}:AllowEmpty", allowEmpty);
        var retention = reader.Value($"{key}:Class", ParseClass(name) ?? RetentionClass.Daily, ParseClass);
        if (text is null)
        {
            reader.RefuseMissing($"{key}:Cron", $"Give {CronExpression.Form}, or off.");
            return null;
        }

        if (IsOff(text))
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var cron, out var problem))
        {
            return new Schedule { Name = name, Cron = cron, TimeZone = ownZone, Class = retention, Paused = paused, MergeWindow = ownWindow, AllowEmpty = mayBeEmpty };
        }

        reader.RefuseForm(cronKey, $"As given, {problem}.");
        return null;
    }

    /// <summary>Whether a schedule is taken away instead of given an expression.</summary>
    public static bool IsOff(string text) => text.ToLowerInvariant() is "off" or "false" or "none";

    public static TimeZoneInfo ReadZone(SettingReader reader, string key, TimeZoneInfo fallback)
    {
        if (reader.Text(key) is not { } id)
        {
            return fallback;
        }

        if (TimeZones.TryFind(id, out var zone, out var hint))
        {
            return zone;
        }

        reader.RefuseForm(key, hint);
        return fallback;
    }

    private static TimeSpan ReadWindow(SettingReader reader, string key, TimeSpan fallback) =>
        reader.Value(key, fallback, text => ValueForms.Duration(text, TimeSpan.Zero, Schedule.MaxMergeWindow));

    private static RetentionClass? ParseClass(string text) => text.ToLowerInvariant() switch
    {
        "daily" => RetentionClass.Daily,
        "weekly" => RetentionClass.Weekly,
        "monthly" => RetentionClass.Monthly,
        _ => null,
    };

    [GeneratedRegex("^[a-z0-9-]{1,32}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameForm();
}
