using System.Globalization;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.Schedules;

/// <summary>The ids of a scheduled run: the same for the same cluster, schedule and due time on every machine.</summary>
internal static class RunIdentity
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public static string InstanceId(string cluster, string schedule, DateTimeOffset due) =>
        $"{RunRequest.InstancePrefix(RunKind.Backup, cluster)}{schedule}-{Stamp(due)}";

    public static string BackupId(string cluster, string schedule, DateTimeOffset due, DateTimeOffset decidedAt) =>
        RunId.Derive(decidedAt, $"{cluster}\n{schedule}\n{Stamp(due)}").Value;

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
