using QdrantBackup.Configuration;
using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("Europe/Berlin", "0 2 * * *", "2026-07-01T12:00:00Z", "2026-07-02T00:00:00Z")]
    [InlineData("Europe/Berlin", "0 0 2 * * *", "2026-07-01T12:00:00Z", "2026-07-02T00:00:00Z")]
    [InlineData("Europe/Berlin", "0 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")] // 02:00 does not exist: 03:00 summer time
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")] // 02:30 exists twice: the first
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // and not a second time
    [InlineData("America/New_York", "30 1 * * *", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z")]
    [InlineData("America/New_York", "0 2 * * *", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z")]
    [InlineData("Australia/Lord_Howe", "0 2 * * *", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z")] // half an hour is skipped
    [InlineData("Pacific/Apia", "0 12 30 12 *", "2011-12-29T00:00:00Z", "2011-12-30T10:00:00Z")] // a whole day is skipped
    [InlineData("Asia/Kolkata", "0 1 * * 0", "2026-01-01T00:00:00Z", "2026-01-03T19:30:00Z")]
    [InlineData("UTC", "0 2 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T02:00:00Z")]
    public void The_next_due_time_is_on_the_local_clock(string zone, string cron, string after, string expected)
    {
        var schedule = Make(cron, zone);
        Assert.Equal(DateTimeOffset.Parse(expected), schedule.NextDue(DateTimeOffset.Parse(after)));
    }

    [Fact]
    public void Every_quarter_of_a_repeated_hour_is_due_once()
    {
        var due = Make("*/15 * * * *", "Europe/Berlin")
            .DueBetween(DateTimeOffset.Parse("2026-10-24T23:59:00Z"), DateTimeOffset.Parse("2026-10-25T03:00:00Z")).ToList();
        Assert.Equal(9, due.Count); // 02:00 to 02:45 once, then 03:00 to 03:45 winter time, then 04:00
        Assert.Equal(due.Order().Distinct(), due);
    }

    [Fact]
    public void Due_times_between_are_bounded() =>
        Assert.Equal(7, Make("* * * * *", "UTC").DueBetween(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, limit: 7).Count());

    [Theory]
    [InlineData("")]
    [InlineData("0 2 * *")]
    [InlineData("0 0 2 * * * *")]
    [InlineData("61 2 * * *")]
    [InlineData("0 2 30 2 *")]
    [InlineData("* 0 2 * * *")]
    [InlineData("0 2 * * sundy")]
    public void An_expression_that_makes_no_sense_is_refused(string text)
    {
        Assert.False(CronExpression.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
        Assert.Contains("five fields", Assert.Throws<UsageException>(() => CronExpression.Parse(text)).Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Berlin", "Europe/Berlin")]
    [InlineData("Europe/Berlim", "Europe/Berlin")]
    public void An_unknown_time_zone_names_the_nearest_one(string wrong, string near)
    {
        Assert.False(TimeZones.TryFind(wrong, out _, out var hint));
        Assert.Contains(near, hint, StringComparison.Ordinal);
    }

    private static Schedule Make(string cron, string zone) =>
        new() { Name = "test", Cron = CronExpression.Parse(cron), TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) };
}
