namespace QdrantBackup.Retention;

/// <summary>The rules of a policy that count: so many of the newest backups, and one of each of so many days, weeks and months that have a backup.</summary>
/// <param name="policy">How many.</param>
/// <param name="beside">Backups that these rules do not keep, but whose days, weeks and months count too.</param>
/// <param name="remark">The text behind each reason.</param>
/// <param name="keep">Receives each kept backup and the reason.</param>
internal sealed class PeriodRules(RetentionPolicy policy, IReadOnlyList<RetentionCandidate> beside, string remark, Action<RetentionCandidate, string> keep)
{
    /// <summary>Keeps what the policy keeps of some backups.</summary>
    /// <param name="newestFirst">The backups.</param>
    /// <param name="newest">Why the newest of them is always kept; null: it is not.</param>
    public void Keep(IReadOnlyList<RetentionCandidate> newestFirst, string? newest)
    {
        if (newestFirst.Count > 0 && newest is not null)
        {
            keep(newestFirst[0], newest + remark);
        }

        for (int i = 0; i < newestFirst.Count && i < policy.KeepLast; i++)
        {
            keep(newestFirst[i], $"number {i + 1} of the last {policy.KeepLast}{remark}");
        }

        foreach ((RetentionPeriod period, int count) in new[] { (RetentionPeriod.Day, policy.Daily), (RetentionPeriod.Week, policy.Weekly), (RetentionPeriod.Month, policy.Monthly) })
        {
            KeepOneOfEach(period, count, newestFirst);
        }
    }

    /// <summary>Keeps one backup of each of the last so many periods that have one. A backup of the period's own class stands for it; without one, its newest backup is promoted.</summary>
    private void KeepOneOfEach(RetentionPeriod period, int count, IReadOnlyList<RetentionCandidate> newestFirst)
    {
        string PeriodOf(RetentionCandidate backup) => period.Of(TimeZoneInfo.ConvertTime(backup.Id.Began, policy.TimeZone).DateTime);
        var own = newestFirst.ToLookup(PeriodOf, StringComparer.Ordinal);
        int number = 0;
        foreach (string name in newestFirst.Concat(beside).OrderByDescending(b => b.Id.Value, StringComparer.Ordinal).Select(PeriodOf).Distinct(StringComparer.Ordinal).Take(count))
        {
            number++;
            if (own[name].FirstOrDefault() is { } first)
            {
                RetentionCandidate? classed = own[name].FirstOrDefault(b => b.Classes.Contains(period.Class));
                keep(classed ?? first, $"{(classed is null ? "newest" : period.Class)} of {period.Name} {name} ({number} of {count}){remark}");
            }
        }
    }
}
