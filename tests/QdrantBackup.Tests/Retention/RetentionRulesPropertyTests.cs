using CsCheck;
using QdrantBackup.Manifests;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

public sealed class RetentionRulesPropertyTests
{
    private static readonly Gen<(DateTimeOffset Now, RetentionPolicy Policy, RetentionCandidate[] Backups)> Cases =
        RetentionGen.Now.SelectMany(now => Gen.Select(RetentionGen.Policy, RetentionGen.Backups(now), (policy, backups) => (now, policy, backups)));

    [Fact]
    public void The_newest_complete_backup_holds_the_damaged_and_the_future_are_never_dropped() => Cases.Sample(c =>
    {
        HashSet<BackupId> kept = Kept(c.Policy, c.Now, c.Backups);
        RetentionCandidate? newest = c.Backups.Where(b => b.State == BackupState.Complete && b.Id.Began <= c.Now).MaxBy(b => b.Id.Value, StringComparer.Ordinal);
        return (newest is null || kept.Contains(newest.Id))
            && c.Backups.Where(b => b.OnHold || b.State is null || b.Id.Began > c.Now).All(b => kept.Contains(b.Id));
    });

    [Fact]
    public void Judging_the_survivors_again_at_the_same_moment_drops_nothing_more() => Cases.Sample(c =>
    {
        HashSet<BackupId> kept = Kept(c.Policy, c.Now, c.Backups);
        return Kept(c.Policy, c.Now, [.. c.Backups.Where(b => kept.Contains(b.Id))]).SetEquals(kept);
    });

    [Fact]
    public void A_more_generous_policy_keeps_no_less() => Gen.Select(Cases, RetentionGen.Policy).Sample((c, more) =>
    {
        var generous = c.Policy with
        {
            KeepLast = c.Policy.KeepLast + more.KeepLast,
            Daily = c.Policy.Daily + more.Daily,
            Weekly = c.Policy.Weekly + more.Weekly,
            Monthly = c.Policy.Monthly + more.Monthly,
            KeepWithin = c.Policy.KeepWithin + more.KeepWithin,
        };
        return Kept(generous, c.Now, c.Backups).IsSupersetOf(Kept(c.Policy, c.Now, c.Backups));
    });

    [Fact]
    public void The_order_of_the_backups_changes_no_verdict() => Gen.Select(Cases, Gen.UInt).Sample((c, seed) =>
    {
        RetentionCandidate[] shuffled = [.. c.Backups.OrderBy(b => HashCode.Combine(b.Id.Value.GetHashCode(StringComparison.Ordinal), seed))];
        return RetentionRules.Judge(c.Policy, c.Now, shuffled).Select(Text).SequenceEqual(RetentionRules.Judge(c.Policy, c.Now, c.Backups).Select(Text));
    });

    [Fact]
    public void Verdicts_are_those_of_another_definition() => Cases.Sample(c =>
        Kept(c.Policy, c.Now, c.Backups).SetEquals(c.Backups.Where(b => PlainRetention.IsKept(b, c.Policy, c.Now, c.Backups)).Select(b => b.Id)));

    [Fact]
    public void Every_backup_has_one_verdict_with_a_reason() => Cases.Sample(c =>
    {
        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(c.Policy, c.Now, c.Backups);
        return verdicts.Count == c.Backups.Length && verdicts.All(v => v.Reasons.Count > 0 && v.Reasons.All(r => r.Length > 0)) && verdicts.DistinctBy(v => v.Id).Count() == verdicts.Count;
    });

    private static string Text(RetentionVerdict verdict) => $"{verdict.Id} {verdict.Keep} {string.Join('|', verdict.Reasons)}";

    private static HashSet<BackupId> Kept(RetentionPolicy policy, DateTimeOffset now, RetentionCandidate[] backups) =>
        [.. RetentionRules.Judge(policy, now, backups).Where(v => v.Keep).Select(v => v.Id)];
}
