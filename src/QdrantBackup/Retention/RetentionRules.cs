using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Retention;

/// <summary>Which backups of a cluster are kept, and why (docs/retention.md). Pure: the same backups, policy and moment give the same verdicts in any order.</summary>
public static class RetentionRules
{
    /// <summary>How many of the last whole backups that maintenance has read back are kept.</summary>
    public const int KeptReadBack = 3;

    private static readonly TimeSpan MostSkew = TimeSpan.FromDays(1);

    // A damaged or unproven backup ends no other: the rules are applied to all backups, and once more to each better tier, as if the others did not exist.
    private static readonly (string Remark, Func<RetentionCandidate, bool> Fits)[] Tiers =
        [("", _ => true), (", among backups without known damage", b => !b.IsDamaged), (", among proven backups", b => b.IsSound)];

    /// <summary>A verdict for each backup, newest first. The newest good one, and those on hold, dated ahead or damaged, are kept against any policy (W4).</summary>
    /// <param name="policy">What to keep.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    /// <param name="backups">The backups of one cluster that have not ended, each once.</param>
    public static IReadOnlyList<RetentionVerdict> Judge(RetentionPolicy policy, DateTimeOffset now, IEnumerable<RetentionCandidate> backups)
    {
        RetentionCandidate[] all = [.. NewestFirst(backups)];
        var reasons = all.ToDictionary(b => b.Id, b => new List<string>(WhateverThePolicy(b, now)));
        void Keep(RetentionCandidate backup, string reason)
        {
            // The rules of a stricter tier often keep the same backup again: one reason is enough.
            if (!reasons[backup.Id].Any(r => reason.StartsWith(r, StringComparison.Ordinal)))
            {
                reasons[backup.Id].Add(reason);
            }
        }

        RetentionCandidate[] past = [.. all.Where(b => b.State is not null && !BackupStanding.IsAhead(b.Id, now))];
        RetentionCandidate[] whole = [.. past.Where(b => b is { Selection: null, IsSuspect: false })];
        KeepWhole(policy, whole, Keep);
        KeepSelections(policy, past, whole, Keep);
        KeepAmong(policy, [.. past.Where(b => b.IsSuspect)], "newest backup", ", suspect", Keep);
        KeepCollections(past, whole, Keep);
        foreach (RetentionCandidate backup in past.Where(b => now - b.Youngest < policy.KeepWithin))
        {
            Keep(backup, $"younger than {Text(policy.KeepWithin)}");
        }

        return [.. all.Select(b => reasons[b.Id] is { Count: > 0 } kept
            ? new RetentionVerdict(b.Id, Keep: true, kept)
            : new RetentionVerdict(b.Id, Keep: false, [WhyNot(b, policy)]))];
    }

    /// <summary>
    /// Backups that no policy ends: the newest complete whole backups that are not suspect, by both clocks (that of the machine, from the id, and that of the store, from the
    /// manifest). One newest of all, one without known damage, one that owes no proof. And of those dated ahead the newest within a day, since it is dated ahead only because
    /// two clocks do not agree.
    /// </summary>
    internal static IReadOnlySet<BackupId> Newest(IEnumerable<RetentionCandidate> backups, DateTimeOffset now)
    {
        RetentionCandidate[] complete = [.. NewestFirst(backups)
            .Where(b => b is { State: BackupState.Complete, Selection: null, IsSuspect: false } && b.Id.Began <= now + MostSkew)];
        var newest = new HashSet<BackupId>();
        foreach ((_, Func<RetentionCandidate, bool> fits) in Tiers)
        {
            RetentionCandidate[] fitting = [.. complete.Where(fits)];
            if (fitting.Length > 0)
            {
                newest.UnionWith([fitting[0].Id, LastWritten(fitting).Id]);
                newest.UnionWith(fitting.Where(b => b.Id.Began <= now).Take(1).Select(b => b.Id));
            }
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
            yield return "damaged: kept until it is deleted by hand";
        }
        else if (BackupStanding.IsAhead(backup.Id, now))
        {
            yield return "dated in the future: left alone, and counts for nothing";
        }
    }

    private static void KeepWhole(RetentionPolicy policy, RetentionCandidate[] whole, Action<RetentionCandidate, string> keep)
    {
        KeepAmong(policy, whole, "newest complete backup", "", keep);
        foreach ((string remark, Func<RetentionCandidate, bool> fits) in Tiers)
        {
            RetentionCandidate[] complete = [.. whole.Where(b => b.State == BackupState.Complete && fits(b))];
            if (complete.Length > 0 && LastWritten(complete) is var last && last.Id != complete[0].Id)
            {
                keep(last, $"the last complete one that was written, by the store's clock{remark}");
            }
        }

        foreach (RetentionCandidate known in Listing(whole).Where(b => b != whole[0]))
        {
            keep(known, "newest whole backup with readable contents");
        }

        int number = 0;
        foreach (RetentionCandidate backup in whole.Where(b => b is { State: BackupState.Complete, ReadBack: true, IsDamaged: false }).Take(KeptReadBack))
        {
            keep(backup, $"number {++number} of the last {KeptReadBack} that were read back");
        }
    }

    /// <summary>
    /// Each selection by itself: a backup of some collections takes no place of one of others, nor of a whole backup. If the newest backup of a selection holds
    /// no collection that the newest whole backup still lists, days, weeks and months with whole backups count too: no new backup of it is made, so by its own periods it would stay for ever.
    /// </summary>
    private static void KeepSelections(RetentionPolicy policy, RetentionCandidate[] past, RetentionCandidate[] whole, Action<RetentionCandidate, string> keep)
    {
        HashSet<string>? known = ListedByNewest(whole);
        foreach (IGrouping<string, RetentionCandidate> selection in past.Where(b => b is { Selection: not null, IsSuspect: false }).GroupBy(b => b.Selection!, StringComparer.Ordinal))
        {
            RetentionCandidate[] own = [.. selection];
            bool isGone = known is not null && Listed(own[0]) is { Length: > 0 } listed && !listed.Any(known.Contains);
            KeepAmong(policy, own, isGone ? null : "newest backup", isGone ? ", of collections that are gone" : ", of its selection", keep, isGone ? whole : []);
        }
    }

    /// <summary>Periods among comparable backups: the complete ones, and the partial ones that no complete one follows.</summary>
    private static void KeepAmong(
        RetentionPolicy policy, RetentionCandidate[] newestFirst, string? newest, string remark, Action<RetentionCandidate, string> keep, RetentionCandidate[]? beside = null)
    {
        // Half a backup is better than no backup: until a whole and sound one follows, partial backups are kept by the same rules, among themselves.
        RetentionCandidate[] alone = [.. newestFirst.TakeWhile(b => b is not { State: BackupState.Complete, IsSound: true }).Where(b => b.State == BackupState.Partial)];
        foreach ((string tier, Func<RetentionCandidate, bool> fits) in Tiers)
        {
            var periods = new PeriodRules(policy, [.. (beside ?? []).Where(fits)], remark + tier, keep);
            periods.Keep([.. newestFirst.Where(b => b.State == BackupState.Complete && fits(b))], newest);
        }

        foreach ((string tier, Func<RetentionCandidate, bool> fits) in Tiers)
        {
            var periods = new PeriodRules(policy, [.. (beside ?? []).Where(fits)], $"{remark}, partial with no complete one after it{tier}", keep);
            periods.Keep([.. alone.Where(fits)], newest is null ? null : "newest backup");
        }
    }

    /// <summary>For each collection that the newest whole backup still lists, keeps the newest backup that holds it, whole or selection.</summary>
    private static void KeepCollections(RetentionCandidate[] past, RetentionCandidate[] whole, Action<RetentionCandidate, string> keep)
    {
        if (ListedByNewest(whole) is not { } listed)
        {
            return;
        }

        foreach ((string remark, Func<RetentionCandidate, bool> fits) in Tiers)
        {
            HashSet<string> wanted = [.. listed];
            foreach (RetentionCandidate backup in past.Where(b => !b.IsSuspect && fits(b)))
            {
                string[] found = [.. (backup.Collections ?? []).Where(wanted.Remove)];
                if (found.Length > 0)
                {
                    keep(backup, $"newest backup of {(found.Length == 1 ? "a collection" : $"{found.Length} collections")} that the cluster still has{remark}");
                }
            }
        }
    }

    /// <summary>The collections of the cluster: those that the newest whole backup lists, and the newest of a better tier, since gaps in a damaged backup must not end anything.</summary>
    private static HashSet<string>? ListedByNewest(RetentionCandidate[] whole) => Listing(whole) is { Count: > 0 } listing ? [.. listing.SelectMany(Listed)] : null;

    private static List<RetentionCandidate> Listing(RetentionCandidate[] whole) =>
        [.. Tiers.Select(tier => whole.FirstOrDefault(b => b.Collections is not null && tier.Fits(b))).OfType<RetentionCandidate>().Distinct()];

    private static string[] Listed(RetentionCandidate backup) => [.. backup.Collections ?? [], .. backup.Lacking];

    private static IEnumerable<RetentionCandidate> NewestFirst(IEnumerable<RetentionCandidate> backups) => backups.OrderByDescending(b => b.Id.Value, StringComparer.Ordinal);

    private static RetentionCandidate LastWritten(RetentionCandidate[] complete) =>
        complete.OrderByDescending(b => b.Written).ThenByDescending(b => b.Id.Value, StringComparer.Ordinal).First();

    private static string WhyNot(RetentionCandidate backup, RetentionPolicy policy) => backup switch
    {
        { IsSuspect: false, State: BackupState.Partial } => $"partial, not younger than {Text(policy.KeepWithin)}, and followed by a complete one",
        _ => $"not younger than {Text(policy.KeepWithin)}, and no day, week or month is kept by it",
    };

    private static string Text(TimeSpan span) => span.Ticks % TimeSpan.TicksPerDay == 0 ? $"{span.Days}d" : $"{span.TotalHours:0.##}h";
}
