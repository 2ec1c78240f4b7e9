using System.Globalization;
using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

public sealed class ScheduleIntervalTests
{
    [Theory]
    [InlineData("* * * * *", "2026-11-25T12:00:30Z", 1)]
    [InlineData("0 * * * *", "2026-11-25T12:00:30Z", 60)]
    [InlineData("0 2 * * *", "2026-11-25T12:00:00Z", 24 * 60)]
    [InlineData("0 1 * * 0", "2026-11-25T12:00:00Z", 7 * 24 * 60)]
    [InlineData("0 2 * * 1-5", "2026-11-25T12:00:00Z", 24 * 60)] // a Wednesday
    [InlineData("0 2 * * 1-5", "2026-11-28T12:00:00Z", 72 * 60)] // the Saturday after it: the next backup is due on Monday
    [InlineData("0 2 * * 1-5", "2026-11-30T12:00:00Z", 72 * 60)] // the Monday: the gap before it was the long one
    [InlineData("0 2 1 * *", "2026-11-25T12:00:00Z", 31 * 24 * 60)]
    [InlineData("0 2 1 1 *", "2026-11-25T12:00:00Z", 365 * 24 * 60)]
    [InlineData("0 2 29 2 *", "2026-11-25T12:00:00Z", null)] // last due more than two years ago, and the next in 2028
    public void It_is_the_longer_of_the_gap_around_now_and_the_one_before(string cron, string now, int? minutes) =>
        Assert.Equal(minutes, Of(now, Schedule(cron))?.TotalMinutes);

    [Fact]
    public void The_shortest_of_several_counts() =>
        Assert.Equal(24, Of("2026-11-25T12:00:00Z", Schedule("0 1 * * 0"), Schedule("0 2 * * *"))?.TotalHours);

    [Fact]
    public void A_paused_schedule_counts_for_nothing()
    {
        Assert.Equal(168, Of("2026-11-25T12:00:00Z", Schedule("0 1 * * 0"), Schedule("0 2 * * *") with { Paused = true })?.TotalHours);
        Assert.Null(Of("2026-11-25T12:00:00Z", Schedule("0 2 * * *") with { Paused = true }));
        Assert.Null(Of("2026-11-25T12:00:00Z"));
    }

    [Fact]
    public void A_clock_change_makes_a_day_of_25_hours() => Assert.Equal(
        25,
        Of("2026-10-25T12:00:00Z", Schedule("30 4 * * *") with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") })?.TotalHours);

    private static TimeSpan? Of(string now, params Schedule[] schedules) =>
        ScheduleInterval.Of(schedules, DateTimeOffset.Parse(now, CultureInfo.InvariantCulture));

    private static Schedule Schedule(string cron) => new() { Name = "test", Cron = CronExpression.Parse(cron) };
}
