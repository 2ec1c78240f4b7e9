using QdrantBackup.Manifests;

namespace QdrantBackup.Retention;

/// <summary>Which backups of a cluster are kept, and why (docs/retention.md). Pure: the same backups, policy and moment give the same verdicts in whatever order they come.</summary>
public static class RetentionRules
{
    private const string StandsAlone = ", partial with no complete one after it";
    private static readonly TimeSpan MostSkew = TimeSpan.FromDays(1);

    /// <summary>A verdict for each backup, newest first. The newest complete one, what is on hold, dated in the future or damaged is kept whatever the policy says (W4).</summary>
    /// <param name="policy">What to keep.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    /// <param name="backups">The backups of one cluster that nobody has ended, each once.</param>
    public static IReadOnlyList<RetentionVerdict> Judge(RetentionPolicy policy, DateTimeOffset now, IEnumerable<RetentionCandidate> backups)
    {
        RetentionCandidate[] all = [.. backups.OrderByDescending(b => b.Id.Value, StringComparer.Ordinal)];
        RetentionCandidate[] past = [.. all.Where(b => b.Id.Began <= now && b.State is not null)];
        RetentionCandidate[] complete = [.. past.Where(b => b.State == BackupState.Complete)];

        // Half a backup is more than none: until something whole follows them, partial ones are kept by the same rules, among themselves.
        RetentionCandidate[] alone = [.. past.TakeWhile(b => b.State == BackupState.Partial)];
        var reasons = all.ToDictionary(b => b.Id, b => new List<string>(WhateverThePolicy(b, now)));
        if (complete.Length > 0 && LastWritten(complete) is var last && last.Id != complete[0].Id)
        {
            reasons[last.Id].Add("written last of all complete ones, whatever its machine's clock said");
        }

        KeepByRules(policy, complete, "newest complete backup", "", reasons);
        KeepByRules(policy, alone, "newest backup", StandsAlone, reasons);
        foreach (RetentionCandidate backup in past.Where(b => now - b.Youngest < policy.KeepWithin))
        {
            reasons[backup.Id].Add($"younger than {Text(policy.KeepWithin)}");
        }

        return [.. all.Select(b => reasons[b.Id] is { Count: > 0 } kept
            ? new RetentionVerdict(b.Id, Keep: true, kept)
            : new RetentionVerdict(b.Id, Keep: false, [WhyNot(b, policy)]))];
    }

    /// <summary>
    /// What nobody may end: the newest complete backups, by either clock, that of the machine that its id tells and the store's that its manifest tells; and of those dated
    /// in the future the newest within a day, since it is dated so only because two clocks do not agree.
    /// </summary>
    internal static IReadOnlySet<BackupId> Newest(IEnumerable<RetentionCandidate> backups, DateTimeOffset now)
    {
        RetentionCandidate[] complete = [.. backups.Where(b => b.State == BackupState.Complete && b.Id.Began <= now + MostSkew).OrderByDescending(b => b.Id.Value, StringComparer.Ordinal)];
        var newest = new HashSet<BackupId>();
        if (complete.Length > 0)
        {
            newest.Add(complete[0].Id);
            newest.Add(LastWritten(complete).Id);
        }

        if (complete.FirstOrDefault(b => b.Id.Began <= now) is { } past)
        {
            newest.Add(past.Id);
        }

        return newest;
    }

    private static IEnumerable<string> WhateverThePolicy(RetentionCandidate backup, DateTimeOffset now)
    {
        if (backup.OnHold)
        {
            yield return "on hold";
        }

        if (backup.State is null)
        {
            yield return "damaged: left alone until somebody deletes it";
        }
        else if (backup.Id.Began > now)
        {
            yield return "dated in the future: left alone, and counts for nothing";
        }
    }

    private static void KeepByRules(
        RetentionPolicy policy, RetentionCandidate[] newestFirst, string newest, string remark, Dictionary<BackupId, List<string>> reasons)
    {
        if (newestFirst.Length > 0)
        {
            reasons[newestFirst[0].Id].Add(newest + remark);
        }

        for (int i = 0; i < newestFirst.Length && i < policy.KeepLast; i++)
        {
            reasons[newestFirst[i].Id].Add($"number {i + 1} of the last {policy.KeepLast}{remark}");
        }

        foreach ((RetentionPeriod period, int count) in new[] { (RetentionPeriod.Day, policy.Daily), (RetentionPeriod.Week, policy.Weekly), (RetentionPeriod.Month, policy.Monthly) })
        {
            KeepOneOfEach(period, count, policy.TimeZone, newestFirst, remark, reasons);
        }
    }

    /// <summary>One backup of each of the last so many periods that have any. A period's own class stands for it where there is one, else its newest backup is promoted.</summary>
    private static void KeepOneOfEach(
        RetentionPeriod period, int count, TimeZoneInfo zone, RetentionCandidate[] newestFirst, string remark, Dictionary<BackupId, List<string>> reasons)
    {
        int number = 0;
        foreach (IGrouping<string, RetentionCandidate> backups in newestFirst.GroupBy(b => period.Of(TimeZoneInfo.ConvertTime(b.Id.Began, zone).DateTime)).Take(count))
        {
            number++;
            RetentionCandidate? classed = backups.FirstOrDefault(b => b.Classes.Contains(period.Class));
            string which = classed is null ? "newest" : period.Class;
            reasons[(classed ?? backups.First()).Id].Add($"{which} of {period.Name} {backups.Key} ({number} of {count}){remark}");
        }
    }

    private static RetentionCandidate LastWritten(RetentionCandidate[] complete) =>
        complete.OrderByDescending(b => b.Written).ThenByDescending(b => b.Id.Value, StringComparer.Ordinal).First();

    private static string WhyNot(RetentionCandidate backup, RetentionPolicy policy) => backup.State == BackupState.Partial
        ? $"partial, not younger than {Text(policy.KeepWithin)}, and followed by a complete one"
        : $"not younger than {Text(policy.KeepWithin)}, and no day, week or month is kept by it";

    private static string Text(TimeSpan span) => span.Ticks % TimeSpan.TicksPerDay == 0 ? $"{span.Days}d" : $"{span.TotalHours:0.##}h";
}
