using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

/// <summary>The rules once more, written slowly and plainly: for one backup at a time, by counting the backups before it.</summary>
internal static class PlainRetention
{
    public static bool IsKept(RetentionCandidate backup, RetentionPolicy policy, DateTimeOffset now, IReadOnlyList<RetentionCandidate> all)
    {
        if (backup.OnHold || backup.State is null || IsAhead(backup, now))
        {
            return true;
        }

        if (now - backup.Id.Began < policy.KeepWithin || now - backup.Written < policy.KeepWithin)
        {
            return true;
        }

        RetentionCandidate[] past = [.. all.Where(b => b.State is not null && !IsAhead(b, now))];
        RetentionCandidate[] whole = [.. past.Where(b => b.Selection is null && !b.IsSuspect)];
        RetentionCandidate[] readBack = [.. whole.Where(b => b.State == BackupState.Complete && b.ReadBack && !b.IsDamaged)];
        if (readBack.Contains(backup) && readBack.Count(b => IsOlder(backup, b)) < 3)
        {
            return true;
        }

        RetentionCandidate?[] newestWhole = [.. Qualities.Select(fits => whole.Where(b => b.Collections is not null && fits(b)).MaxBy(b => b.Id.Value, StringComparer.Ordinal))];
        if (newestWhole.Contains(backup))
        {
            return true;
        }

        string[]? listed = newestWhole[0] is null ? null : [.. newestWhole.OfType<RetentionCandidate>().SelectMany(b => b.Collections!.Concat(b.Lacking))];
        return Qualities.Any(fits => fits(backup)
            && (IsTheNewestOfACollection(backup, listed ?? [], [.. past.Where(b => !b.IsSuspect && fits(b))])
                || IsKeptInItsGroup(backup, policy, past, whole, listed, fits)));
    }

    private static readonly Func<RetentionCandidate, bool>[] Qualities = [_ => true, b => !b.IsDamaged, b => !b.IsDamaged && !b.OwesProof];

    private static bool IsTheNewestOfACollection(RetentionCandidate backup, string[] listed, RetentionCandidate[] all) =>
        !backup.IsSuspect && (backup.Collections ?? []).Any(c => listed.Contains(c) && !all.Any(b => IsOlder(backup, b) && b.Collections?.Contains(c) == true));

    /// <summary>Among the suspect ones, those of the same selection, or the whole ones.</summary>
    private static bool IsKeptInItsGroup(
        RetentionCandidate backup, RetentionPolicy policy, RetentionCandidate[] past, RetentionCandidate[] whole, string[]? listed, Func<RetentionCandidate, bool> fits)
    {
        RetentionCandidate[] group = [.. past.Where(b => b.IsSuspect == backup.IsSuspect && (b.IsSuspect || b.Selection == backup.Selection))];
        RetentionCandidate youngest = group.MaxBy(b => b.Id.Value, StringComparer.Ordinal)!;
        string[] young = [.. youngest.Collections ?? [], .. youngest.Lacking];
        bool isGone = !backup.IsSuspect && backup.Selection is not null && listed is not null && young.Length > 0 && !young.Any(listed.Contains);
        RetentionCandidate[] beside = isGone ? [.. whole.Where(fits)] : [];
        RetentionCandidate[] complete = [.. group.Where(b => b.State == BackupState.Complete && fits(b))];
        if (backup.State == BackupState.Complete)
        {
            bool writtenLast = !backup.IsSuspect && backup.Selection is null
                && complete.All(b => b == backup || b.Written < backup.Written || (b.Written == backup.Written && IsOlder(b, backup)));
            return writtenLast || IsKeptAmong(backup, policy, complete, beside, !isGone);
        }

        // A partial one counts only while nothing complete and sound is newer.
        bool IsAlone(RetentionCandidate partial) => !group.Any(b => b.State == BackupState.Complete && Qualities[^1](b) && IsOlder(partial, b));
        return IsAlone(backup) && IsKeptAmong(backup, policy, [.. group.Where(b => b.State == BackupState.Partial && fits(b) && IsAlone(b))], beside, !isGone);
    }

    private static bool IsAhead(RetentionCandidate backup, DateTimeOffset now) => backup.Id.Began > now.AddMinutes(15);

    private static bool IsKeptAmong(RetentionCandidate backup, RetentionPolicy policy, RetentionCandidate[] group, RetentionCandidate[] beside, bool isNewestKept)
    {
        int newer = group.Count(b => IsOlder(backup, b));
        return (newer == 0 && isNewestKept)
            || newer < policy.KeepLast
            || Stands(backup, policy.Daily, "daily", group, beside, b => Local(b, policy).Date)
            || Stands(backup, policy.Weekly, "weekly", group, beside, b => Monday(Local(b, policy)))
            || Stands(backup, policy.Monthly, "monthly", group, beside, b => FirstOfMonth(Local(b, policy)));
    }

    /// <summary>Whether a backup stands for its period, and fewer than so many later periods have any backup.</summary>
    private static bool Stands(RetentionCandidate backup, int count, string name, RetentionCandidate[] group, RetentionCandidate[] beside, Func<RetentionCandidate, DateTime> periodOf)
    {
        DateTime own = periodOf(backup);
        if (group.Concat(beside).Select(periodOf).Where(p => p > own).Distinct().Count() >= count)
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
