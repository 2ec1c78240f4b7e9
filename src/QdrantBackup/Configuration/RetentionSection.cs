using QdrantBackup.Retention;
using QdrantBackup.Schedules;

namespace QdrantBackup.Configuration;

/// <summary>Reads how much is kept, when that is looked at, and how carefully.</summary>
internal static class RetentionSection
{
    private const string DefaultCron = "30 4 * * *";
    private const string CronKey = "Retention:Schedule";

    public static RetentionOptions Read(SettingReader reader)
    {
        var zone = ScheduleSection.ReadZone(reader, "Retention:TimeZone", ScheduleSection.ReadZone(reader, "Schedule:TimeZone", TimeZoneInfo.Utc));
        return new RetentionOptions
        {
            Policy = new RetentionPolicy
            {
                KeepLast = reader.Integer("Retention:KeepLast", 0, 0, 10_000),
                Daily = reader.Integer("Retention:Daily", 7, 0, 10_000),
                Weekly = reader.Integer("Retention:Weekly", 4, 0, 10_000),
                Monthly = reader.Integer("Retention:Monthly", 12, 0, 10_000),
                KeepWithin = Days(reader, "Retention:KeepWithin", 30, 0, 36_500),
                TimeZone = zone,
            },
            Schedule = ReadSchedule(reader, zone),
            AfterBackups = reader.Flag("Retention:AfterBackups", fallback: true),
            Grace = reader.Value("Retention:Grace", TimeSpan.FromHours(48), text => ValueForms.Duration(text, TimeSpan.FromHours(1), TimeSpan.FromDays(365))),
            UnusualShare = reader.Integer("Retention:UnusualPercent", 30, 1, 100) / 100.0,
            KeepRecords = Days(reader, "Retention:KeepRecords", 400, 35, 36_500),
            KeepDeleted = Days(reader, "Retention:KeepDeleted", 14, 1, 3_650),
        };
    }

    private static TimeSpan Days(SettingReader reader, string key, int fallback, int min, int max) =>
        reader.Value(key, TimeSpan.FromDays(fallback), text => ValueForms.Duration(text, TimeSpan.FromDays(min), TimeSpan.FromDays(max)));

    private static Schedule? ReadSchedule(SettingReader reader, TimeZoneInfo zone)
    {
        var text = reader.Text(CronKey) ?? DefaultCron;
        if (ScheduleSection.IsOff(text))
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var cron, out var problem))
        {
            return new Schedule { Name = "retention", Cron = cron, TimeZone = zone };
        }

        reader.RefuseForm(CronKey, $"As given, {problem}.");
        return null;
    }
}
