using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

/// <summary>Backups that take no place of a better one: selections, suspect backups, damaged ones, and those that owe a proof.</summary>
public sealed class WholeAndPartTests
{
    private static readonly DateTimeOffset Day = new(2026, 9, 1, 2, 0, 0, TimeSpan.Zero);

    private static readonly RetentionPolicy Nothing = new() { Daily = 0, Weekly = 0, Monthly = 0, KeepWithin = TimeSpan.Zero };

    private static readonly RetentionPolicy OneDay = Nothing with { Daily = 1 };

    [Fact]
    public void A_manual_backup_of_one_collection_ends_no_whole_backup_of_the_same_day()
    {
        RetentionCandidate whole = Whole(0);
        RetentionCandidate part = Selection(1, "docs");

        IReadOnlyList<RetentionVerdict> verdicts = Judge(OneDay, whole, part);

        Assert.All(verdicts, v => Assert.True(v.Keep));
        Assert.Contains("newest complete backup", ReasonsOf(verdicts, whole));
        Assert.Contains("newest of day 2026-09-01 (1 of 1)", ReasonsOf(verdicts, whole));
        Assert.Contains("newest backup of a collection that the cluster still has", ReasonsOf(verdicts, part));
        Assert.Equal([whole.Id], RetentionRules.Newest([whole, part], Day.AddDays(1)));
    }

    [Fact]
    public void A_selection_takes_no_place_of_one_of_other_collections()
    {
        RetentionCandidate docs = Selection(0, "docs");
        RetentionCandidate users = Selection(1, "users");

        Assert.All(Judge(OneDay, docs, users), v => Assert.True(v.Keep));
        Assert.Equal([true, false], Judge(OneDay, Selection(0, "docs"), Selection(1, "docs")).Select(v => v.Keep));
    }

    [Fact]
    public void The_newest_backup_of_each_collection_of_the_cluster_is_kept_even_if_the_newest_whole_backup_lacks_the_collection()
    {
        RetentionCandidate old = Whole(0, "docs", "users");
        RetentionCandidate middle = Whole(24, "docs", "users");
        RetentionCandidate hand = Selection(30, "users");
        RetentionCandidate sick = Whole(48, "docs") with { State = BackupState.Partial, Lacking = ["users"] };
        RetentionCandidate sickToo = sick with { Id = RetentionGen.Id(Day.AddHours(72)) };
        RetentionCandidate young = Whole(96, "docs");

        // While the cluster still has the collection that cannot be captured, the last backup of it stays.
        IReadOnlyList<RetentionVerdict> verdicts = Judge(Nothing, old, middle, hand, sick, sickToo);
        Assert.Equal([true, false, true, true, false], verdicts.Select(v => v.Keep));

        // Once the cluster lacks the collection, the policy decides.
        Assert.Equal([true, false, false, false, false, false], Judge(Nothing, old, middle, hand, sick, sickToo, young).Select(v => v.Keep));
    }

    [Fact]
    public void Backups_of_a_deleted_collection_age_out_while_whole_backups_continue()
    {
        RetentionPolicy twoDays = Nothing with { Daily = 2 };
        RetentionCandidate gone = Selection(0, "gone");
        RetentionCandidate still = Selection(0, "docs", number: 1);
        RetentionCandidate[] whole = [Whole(0, "docs") with { Id = RetentionGen.Id(Day, 2) }, Whole(24, "docs"), Whole(48, "docs")];

        Assert.True(Judge(twoDays, [gone, .. whole[..2]]).Single(v => v.Id == gone.Id).Keep);
        Assert.False(Judge(twoDays, [gone, .. whole]).Single(v => v.Id == gone.Id).Keep);
        Assert.True(Judge(twoDays, [still, .. whole]).Single(v => v.Id == still.Id).Keep);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_damaged_backup_and_one_that_owes_a_proof_keep_their_place_and_end_nothing(bool isDamaged, bool owesProof)
    {
        RetentionPolicy twoDays = Nothing with { Daily = 2 };
        RetentionCandidate[] sound = [Whole(0), Whole(24), Whole(25), Whole(48)];
        RetentionCandidate sick = Whole(49) with { IsDamaged = isDamaged, OwesProof = owesProof };
        RetentionCandidate sickNextDay = Whole(72) with { IsDamaged = isDamaged, OwesProof = owesProof };

        IReadOnlyList<RetentionVerdict> verdicts = Judge(twoDays, [.. sound, sick, sickNextDay]);

        // The two days that have sound ones are still there, and so are the two newest of all.
        Assert.Equal([true, true, true, true, false, false], verdicts.Select(v => v.Keep));
        Assert.Equal([sickNextDay.Id, sound[^1].Id], RetentionRules.Newest([.. sound, sick, sickNextDay], Day.AddDays(9)).OrderByDescending(id => id.Value, StringComparer.Ordinal));
        Assert.Contains($"newest complete backup, among {(isDamaged ? "backups without known damage" : "proven backups")}", ReasonsOf(verdicts, sound[^1]));
    }

    [Fact]
    public void A_damaged_backup_ends_no_earlier_partial_one()
    {
        RetentionCandidate partial = Whole(0) with { State = BackupState.Partial };
        Assert.All(Judge(Nothing, partial, Whole(24) with { IsDamaged = true }), v => Assert.True(v.Keep));
        Assert.Equal([true, false], Judge(Nothing, partial, Whole(24)).Select(v => v.Keep));
    }

    [Fact]
    public void Suspect_backups_are_judged_among_themselves()
    {
        RetentionCandidate[] good = [Whole(0), Whole(1)];
        RetentionCandidate[] suspect = [Whole(24) with { IsSuspect = true }, Whole(25) with { IsSuspect = true }, Whole(26) with { IsSuspect = true, State = BackupState.Partial }];

        IReadOnlyList<RetentionVerdict> verdicts = Judge(OneDay, [.. good, .. suspect]);

        Assert.Equal([true, true, false, true, false], verdicts.Select(v => v.Keep));
        Assert.Contains("newest backup, suspect", ReasonsOf(verdicts, suspect[1]));
        Assert.Equal([good[1].Id], RetentionRules.Newest([.. good, .. suspect], Day.AddDays(9)));
    }

    [Fact]
    public void The_last_three_whole_backups_that_were_read_back_are_kept()
    {
        RetentionCandidate[] read = [.. Enumerable.Range(0, 5).Select(n => Whole(24 * n) with { ReadBack = true })];
        RetentionCandidate[] unread = [.. Enumerable.Range(5, 3).Select(n => Whole(24 * n))];
        RetentionCandidate part = Selection(200, "docs") with { ReadBack = true };
        RetentionCandidate damaged = Whole(100) with { ReadBack = true, IsDamaged = true };

        IReadOnlyList<RetentionVerdict> verdicts = Judge(Nothing, [.. read, .. unread, part, damaged]);

        Assert.Equal([read[4].Id, read[3].Id, read[2].Id], verdicts.Where(v => v.Reasons.Any(r => r.Contains("read back", StringComparison.Ordinal))).Select(v => v.Id));
        Assert.Contains("number 3 of the last 3 that were read back", ReasonsOf(verdicts, read[2]));
        Assert.False(verdicts.Single(v => v.Id == read[1].Id).Keep);
    }

    private static IReadOnlyList<RetentionVerdict> Judge(RetentionPolicy policy, params RetentionCandidate[] backups) => RetentionRules.Judge(policy, Day.AddDays(30), backups);

    private static IReadOnlyList<string> ReasonsOf(IReadOnlyList<RetentionVerdict> verdicts, RetentionCandidate backup) => verdicts.Single(v => v.Id == backup.Id).Reasons;

    private static RetentionCandidate Whole(int hours, params string[] collections) => new()
    {
        Id = RetentionGen.Id(Day.AddHours(hours)), State = BackupState.Complete, Written = Day.AddHours(hours).AddMinutes(5), Collections = collections.Length == 0 ? ["docs"] : collections,
    };

    private static RetentionCandidate Selection(int hours, string collection, int number = 3) =>
        Whole(hours, collection) with { Id = RetentionGen.Id(Day.AddHours(hours), number), Selection = collection };
}
