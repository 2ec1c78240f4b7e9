using QdrantBackup.Damages;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.Configuration;

/// <summary>Reads what is verified without anybody asking.</summary>
internal static class VerificationSection
{
    private const string RollingKey = "Verification:Rolling";
    private const string DefaultRolling = "30 4 * * *";

    public static VerificationOptions Read(SettingReader reader)
    {
        var zone = ScheduleSection.ReadZone(reader, "Verification:TimeZone", ScheduleSection.ReadZone(reader, "Schedule:TimeZone", TimeZoneInfo.Utc));
        var level = reader.Value("Verification", Level.Readable, Parse);
        level = reader.Value("Verification:Level", level, Parse);
        return new VerificationOptions
        {
            AfterBackup = level == Level.None ? null : (VerifyLevel)level,
            Rolling = ReadRolling(reader, zone, isOff: level == Level.None),
            Shares = reader.Integer("Verification:Shares", VerificationOptions.DefaultShares, 1, VerifySubset.MaxOf),
        };
    }

    private static Schedule? ReadRolling(SettingReader reader, TimeZoneInfo zone, bool isOff)
    {
        var text = reader.Text(RollingKey) ?? (isOff ? "off" : DefaultRolling);
        if (text.ToLowerInvariant() is "off" or "false" or "none")
        {
            return null;
        }

        if (CronExpression.TryParse(text, out var cron, out var problem))
        {
            return new Schedule { Name = "verification", Cron = cron, TimeZone = zone };
        }

        reader.RefuseForm(RollingKey, $"As given, {problem}.");
        return null;
    }

    private static Level? Parse(string text) => text.ToLowerInvariant() switch
    {
        "none" => Level.None,
        "exists" => Level.Exists,
        "readable" => Level.Readable,
        "restorable" => Level.Restorable,
        _ => ValueForms.Boolean(text) switch { true => Level.Readable, false => Level.None, null => null },
    };

    private enum Level
    {
        None = -1,
        Exists = VerifyLevel.Exists,
        Readable = VerifyLevel.Readable,
        Restorable = VerifyLevel.Restorable,
    }
}
