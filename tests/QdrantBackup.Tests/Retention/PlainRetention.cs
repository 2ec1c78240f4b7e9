using QdrantBackup.Manifests;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

/// <summary>The rules once more, as slowly and plainly as they can be said: for one backup at a time, by counting what stands before it.</summary>
internal static class PlainRetention
{
    public static bool IsKept(RetentionCandidate backup, RetentionPolicy policy, DateTimeOffset now, IReadOnlyList<RetentionCandidate> all)
    {
        if (backup.OnHold || backup.State is null || backup.Id.Began > now)
        {
            return true;
        }

        if (now - backup.Id.Began < policy.KeepWithin || now - backup.Written < policy.KeepWithin)
        {
            return true;
        }

        RetentionCandidate[] complete = [.. all.Where(b => b.State == BackupState.Complete && b.Id.Began <= now)];
        if (backup.State == BackupState.Complete)
        {
            bool writtenLast = complete.All(b => b == backup || b.Written < backup.Written || (b.Written == backup.Written && IsOlder(b, backup)));
            return writtenLast || IsKeptAmong(backup, policy, complete);
        }

        // A partial one counts only while nothing complete is newer.
        return complete.All(b => IsOlder(b, backup))
            && IsKeptAmong(backup, policy, [.. all.Where(b => b.State == BackupState.Partial && b.Id.Began <= now && complete.All(c => IsOlder(c, b)))]);
    }

    private static bool IsKeptAmong(RetentionCandidate backup, RetentionPolicy policy, RetentionCandidate[] group)
    {
        int newer = group.Count(b => IsOlder(backup, b));
        return newer == 0
            || newer < policy.KeepLast
            || Stands(backup, policy.Daily, "daily", group, b => Local(b, policy).Date)
            || Stands(backup, policy.Weekly, "weekly", group, b => Monday(Local(b, policy)))
            || Stands(backup, policy.Monthly, "monthly", group, b => FirstOfMonth(Local(b, policy)));
    }

    /// <summary>Whether a backup stands for its period, and fewer than so many later periods have any backup.</summary>
    private static bool Stands(RetentionCandidate backup, int count, string name, RetentionCandidate[] group, Func<RetentionCandidate, DateTime> periodOf)
    {
        DateTime own = periodOf(backup);
        if (group.Select(periodOf).Where(p => p > own).Distinct().Count() >= count)
        {
            return false;
        }

        RetentionCandidate[] mates = [.. group.Where(b => periodOf(b) == own)];
        bool anyOfClass = mates.Any(b => b.Classes.Contains(name));
        return mates.Where(b => !anyOfClass || b.Classes.Contains(name)).All(b => b == backup || IsOlder(b, backup)) && (!anyOfClass || backup.Classes.Contains(name));
    }

    private static bool IsOlder(RetentionCandidate one, RetentionCandidate other) => string.CompareOrdinal(one.Id.Value, other.Id.Value) < 0;

    private static DateTime Local(RetentionCandidate backup, RetentionPolicy policy) => TimeZoneInfo.ConvertTime(backup.Id.Began, policy.TimeZone).DateTime;

    private static DateTime Monday(DateTime local) => local.Date.AddDays(-(((int)local.DayOfWeek + 6) % 7));

    private static DateTime FirstOfMonth(DateTime local) => new(local.Year, local.Month, 1);
}
