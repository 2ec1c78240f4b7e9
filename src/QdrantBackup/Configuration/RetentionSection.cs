using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.Configuration;

/// <summary>Reads how much is kept, when that is looked at, and how carefully.</summary>
internal static class RetentionSection
{
    private const string DefaultCron = "30 4 * * *";
    private const string CronKey = "Retention:Schedule";

    private const string ReadBackKey = "Retention:ReadBack";
    private const string DefaultReadBack = "0 6 * * 0";
    private const string MemoryKey = "Retention:Memory";
    private const string MemoryConnectionKey = "Retention:MemoryConnectionString";

    public static RetentionOptions Read(SettingReader reader, AppRole role)
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
            Schedule = ReadSchedule(reader, CronKey, DefaultCron, "retention", zone),
            ReadBack = ReadSchedule(reader, ReadBackKey, role == AppRole.Maintenance ? DefaultReadBack : "off", "read-back", zone),
            Memory = ReadMemory(reader, role),
            AfterBackups = reader.Flag("Retention:AfterBackups", fallback: true),
            Grace = reader.Value("Retention:Grace", TimeSpan.FromHours(48), text => ValueForms.Duration(text, TimeSpan.FromHours(1), TimeSpan.FromDays(365))),
            UnusualShare = reader.Integer("Retention:UnusualPercent", 30, 1, 100) / 100.0,
            KeepRecords = Days(reader, "Retention:KeepRecords", 400, 35, 36_500),
            KeepDeleted = Days(reader, "Retention:KeepDeleted", 14, 1, 3_650),
        };
    }

    private static TimeSpan Days(SettingReader reader, string key, int fallback, int min, int max) =>
        reader.Value(key, TimeSpan.FromDays(fallback), text => ValueForms.Duration(text, TimeSpan.FromDays(min), TimeSpan.FromDays(max)));

    private static Schedule? ReadSchedule(SettingReader reader, string key, string fallback, string name, TimeZoneInfo zone)
    {
        var text = reader.Text(key) ?? fallback;
        if (ScheduleSection.IsOff(text))
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var cron, out var problem))
        {
            return new Schedule { Name = name, Cron = cron, TimeZone = zone };
        }

        reader.RefuseForm(key, $"As given, {problem}.");
        return null;
    }

    /// <summary>A maintenance app on a server has its state directory, which the backup app's user need not be able to read; on Azure no disk lasts.</summary>
    private static SecondStoreOptions? ReadMemory(SettingReader reader, AppRole role)
    {
        var text = reader.Text(MemoryKey);
        var connection = reader.Text(MemoryConnectionKey);
        if (text is null)
        {
            if (connection is not null)
            {
                reader.Refuse(MemoryConnectionKey, $"is given without {MemoryKey}", "Add the address of the container.");
            }

            if (role == AppRole.Maintenance && reader.OnAzure)
            {
                reader.Refuse(MemoryKey, "is missing, and Role is maintenance", "Give a container that only this app can reach, e.g. one in the storage account of its host.");
            }

            return role == AppRole.Maintenance && reader.StateDirectory is { } state ? new SecondStoreOptions { Local = Path.Combine(state, "maintenance") } : null;
        }

        if (role == AppRole.Backup)
        {
            reader.Refuse(MemoryKey, "is given, and Role is backup", "Leave it out: the backup app must not be able to reach what maintenance remembers.");
            return null;
        }

        if (!Path.IsPathFullyQualified(text))
        {
            return StorageSection.ReadRemote(reader, MemoryKey, MemoryConnectionKey) is { } address ? new SecondStoreOptions { Remote = address, ConnectionString = connection } : null;
        }

        if (reader.OnAzure)
        {
            reader.Refuse(MemoryKey, StorageSection.DiskDoesNotLast, "Give the address of a container.");
            return null;
        }

        return new SecondStoreOptions { Local = text };
    }
}
