using CsCheck;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

public sealed class RetentionRulesPropertyTests
{
    private static readonly Gen<(DateTimeOffset Now, RetentionPolicy Policy, RetentionCandidate[] Backups)> Cases =
        RetentionGen.Now.SelectMany(now => Gen.Select(RetentionGen.Policy, RetentionGen.Backups(now), (policy, backups) => (now, policy, backups)));

    [Fact]
    public void The_newest_complete_backup_and_held_damaged_or_future_ones_are_never_dropped() => Cases.Sample(c =>
    {
        HashSet<BackupId> kept = Kept(c.Policy, c.Now, c.Backups);
        RetentionCandidate[] whole = [.. c.Backups.Where(b => b is { State: BackupState.Complete, Selection: null, IsSuspect: false } && b.Id.Began <= c.Now.AddMinutes(15))];
        return IsKept(whole) && IsKept(whole.Where(b => !b.IsDamaged)) && IsKept(whole.Where(b => !b.IsDamaged && !b.OwesProof))
            && c.Backups.Where(b => b.OnHold || b.State is null || b.Id.Began > c.Now.AddMinutes(15)).All(b => kept.Contains(b.Id));

        bool IsKept(IEnumerable<RetentionCandidate> backups) =>
            backups.MaxBy(b => b.Id.Value, StringComparer.Ordinal) is not { } newest || kept.Contains(newest.Id);
    });

    [Fact]
    public void An_added_selection_or_suspect_damaged_or_unproven_backup_ends_no_better_one() => Gen.Select(Cases, Gen.Int[0, 3], Gen.Int[0, 5000]).Sample((c, kind, minutes) =>
    {
        RetentionCandidate[] sound = [.. c.Backups.Where(b => b is { Selection: null, IsSuspect: false, IsDamaged: false, OwesProof: false })];
        var added = new RetentionCandidate { Id = RetentionGen.Id(c.Now.AddMinutes(-minutes), 99), State = BackupState.Complete, Written = c.Now, Collections = ["docs"] };
        added = kind switch { 0 => added with { Selection = "mine", Collections = ["mine"] }, 1 => added with { IsSuspect = true }, 2 => added with { IsDamaged = true }, _ => added with { OwesProof = true } };
        return Kept(c.Policy, c.Now, [.. sound, added]).IsSupersetOf(Kept(c.Policy, c.Now, sound));
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
    public void Verdicts_equal_those_of_an_independent_definition() => Cases.Sample(c =>
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
