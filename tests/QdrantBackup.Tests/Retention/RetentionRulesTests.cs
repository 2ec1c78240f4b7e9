using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

/// <summary>Examples: which backups are kept on days when clocks and calendars are awkward.</summary>
public sealed class RetentionRulesTests
{
    private static readonly RetentionPolicy Nothing = new() { Daily = 0, Weekly = 0, Monthly = 0, KeepWithin = TimeSpan.Zero };

    [Fact]
    public void A_year_of_daily_backups_leaves_seven_days_four_weeks_and_twelve_months()
    {
        var now = At("2026-12-31 03:00");
        RetentionCandidate[] year = [.. Enumerable.Range(0, 365).Select(day => Complete(now.AddHours(-1).AddDays(-day)))];
        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(new RetentionPolicy { KeepWithin = TimeSpan.Zero }, now, year);
        string[] kept = [.. verdicts.Where(v => v.Keep).Select(v => v.Id.Value[..8])];
        Assert.Equal(
            [
                "20261231", "20261230", "20261229", "20261228", "20261227", "20261226", "20261225", "20261220", "20261213", "20261130", "20261031", "20260930",
                "20260831", "20260731", "20260630", "20260531", "20260430", "20260331", "20260228", "20260131",
            ],
            kept);
        Assert.Equal(
            ["newest complete backup", "newest of day 2026-12-31 (1 of 7)", "newest of week 2026-W53 (1 of 4)", "newest of month 2026-12 (1 of 12)"], verdicts[0].Reasons);
        Assert.Equal(["not younger than 0d, and no day, week or month is kept by it"], verdicts.First(v => !v.Keep).Reasons);
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-28 23:30", "2026-03-29 01:30", "day", false)] // 00:30 and 03:30 of the day that lacks an hour
    [InlineData("Europe/Berlin", "2026-03-28 22:30", "2026-03-28 23:30", "day", true)] // 23:30 and 00:30: midnight is between them
    [InlineData("Europe/Berlin", "2026-10-24 22:30", "2026-10-25 22:30", "day", false)] // the day of 25 hours
    [InlineData("Europe/Berlin", "2026-10-25 22:30", "2026-10-25 23:30", "day", true)]
    [InlineData("UTC", "2026-03-28 22:30", "2026-03-28 23:30", "day", false)]
    [InlineData("UTC", "2026-01-04 23:59", "2026-01-05 00:00", "week", true)] // Sunday and Monday
    [InlineData("UTC", "2025-12-29 00:00", "2026-01-04 23:59", "week", false)] // the first week of 2026 begins in 2025
    [InlineData("UTC", "2027-01-03 12:00", "2026-12-28 12:00", "week", false)] // and week 53 of 2026 ends in 2027
    [InlineData("Pacific/Kiritimati", "2026-01-31 09:59", "2026-01-31 10:01", "month", true)] // 14 hours ahead
    public void Days_weeks_and_months_are_those_of_the_time_zone(string zone, string one, string other, string period, bool areTwo)
    {
        RetentionPolicy policy = Nothing with
        {
            Daily = period == "day" ? 2 : 0, Weekly = period == "week" ? 2 : 0, Monthly = period == "month" ? 2 : 0, TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone),
        };
        RetentionCandidate[] backups = [Complete(At(one)), Complete(At(other))];

        Assert.Equal(areTwo ? 2 : 1, RetentionRules.Judge(policy, At("2027-02-01 00:00"), backups).Count(v => v.Keep));
    }

    [Fact]
    public void A_backup_of_the_periods_own_class_stands_for_it_and_without_one_the_newest_is_promoted()
    {
        RetentionPolicy policy = Nothing with { Weekly = 2, Monthly = 1 };
        RetentionCandidate monday = Complete(At("2026-09-07 02:00")) with { Classes = ["weekly"] };
        RetentionCandidate tuesday = Complete(At("2026-09-08 02:00")) with { Classes = ["daily"] };
        RetentionCandidate last = Complete(At("2026-09-14 02:00")) with { Classes = ["daily"] };

        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(policy, At("2026-09-20 00:00"), [monday, tuesday, last]);

        Assert.Equal(["weekly of week 2026-W37 (2 of 2)"], ReasonsOf(verdicts, monday));
        Assert.False(verdicts.Single(v => v.Id == tuesday.Id).Keep);
        Assert.Equal(["newest complete backup", "newest of week 2026-W38 (1 of 2)", "newest of month 2026-09 (1 of 1)"], ReasonsOf(verdicts, last));
    }

    [Fact]
    public void A_partial_backup_takes_no_place_and_is_ended_when_a_complete_one_follows()
    {
        RetentionPolicy policy = Nothing with { Daily = 2 };
        RetentionCandidate complete = Complete(At("2026-09-01 02:00"));
        RetentionCandidate partial = Complete(At("2026-09-02 02:00")) with { State = BackupState.Partial };
        RetentionCandidate older = Complete(At("2026-08-31 02:00"));

        IReadOnlyList<RetentionVerdict> alone = RetentionRules.Judge(policy, At("2026-10-01 00:00"), [older, complete, partial]);
        Assert.True(alone.All(v => v.Keep));
        Assert.Contains("newest backup, partial with no complete one after it", ReasonsOf(alone, partial));

        IReadOnlyList<RetentionVerdict> followed = RetentionRules.Judge(policy, At("2026-10-01 00:00"), [older, complete, partial, Complete(At("2026-09-02 03:00"))]);
        Assert.Equal(["partial, not younger than 0d, and followed by a complete one"], ReasonsOf(followed, partial));
    }

    [Fact]
    public void A_clock_that_was_ahead_dates_a_backup_into_the_future_and_it_counts_for_nothing()
    {
        RetentionCandidate future = Complete(At("2040-01-01 00:00")) with { Written = At("2026-09-01 02:00") };
        RetentionCandidate newest = Complete(At("2026-09-01 01:00"));

        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(Nothing with { KeepLast = 1 }, At("2026-09-02 00:00"), [future, newest]);

        Assert.Equal(["dated in the future: left alone, and counts for nothing"], ReasonsOf(verdicts, future));
        Assert.Equal(["newest complete backup", "number 1 of the last 1"], ReasonsOf(verdicts, newest));
    }

    [Fact]
    public void A_clock_that_was_behind_makes_no_backup_old()
    {
        RetentionCandidate behind = Complete(At("2020-01-01 00:00")) with { Written = At("2026-09-01 02:00") };
        RetentionCandidate newest = Complete(At("2026-08-30 01:00"));

        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(Nothing with { KeepWithin = TimeSpan.FromDays(1) }, At("2026-09-02 00:00"), [behind, newest]);

        Assert.Equal(["the last complete one that was written, by the store's clock", "younger than 1d"], ReasonsOf(verdicts, behind));
        Assert.True(verdicts.All(v => v.Keep));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void A_backup_exactly_as_old_as_the_limit_is_not_younger_than_it(int days, bool kept)
    {
        var now = At("2026-09-30 00:00");
        RetentionPolicy policy = Nothing with { KeepWithin = TimeSpan.FromDays(30) };

        Assert.Equal(kept, RetentionRules.Judge(policy, now, [Complete(now.AddDays(-days)) with { Written = now.AddDays(-days) }, Complete(now.AddDays(-1))])[^1].Keep);
    }

    [Fact]
    public void The_newest_survives_a_policy_that_keeps_nothing_and_without_backups_there_are_no_verdicts()
    {
        Assert.True(Assert.Single(RetentionRules.Judge(Nothing, At("2026-09-30 00:00"), [Complete(At("2020-01-01 00:00"))])).Keep);
        Assert.Empty(RetentionRules.Judge(Nothing, At("2026-09-30 00:00"), []));
    }

    private static IReadOnlyList<string> ReasonsOf(IReadOnlyList<RetentionVerdict> verdicts, RetentionCandidate backup) => verdicts.Single(v => v.Id == backup.Id).Reasons;

    private static RetentionCandidate Complete(DateTimeOffset at) => new() { Id = RetentionGen.Id(at), State = BackupState.Complete, Written = at.AddMinutes(30) };

    private static DateTimeOffset At(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm", null, System.Globalization.DateTimeStyles.AssumeUniversal);
}
