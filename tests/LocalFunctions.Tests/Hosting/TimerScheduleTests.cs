using LocalFunctions.Hosting.Timers;

namespace LocalFunctions.Tests.Hosting;

public sealed class TimerScheduleTests
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("0 2 * * *", "2026-03-02T02:00:00Z")]
    [InlineData("30 0 2 * * *", "2026-03-02T02:00:30Z")]
    [InlineData("0 1 * * 0", "2026-03-08T01:00:00Z")]
    [InlineData("*/5 * * * *", "2026-03-01T12:05:00Z")]
    [InlineData("00:10:00", "2026-03-01T12:10:00Z")]
    [Trait("Honours", "8 NCRONTAB")]
    public void Five_or_six_fields_and_intervals_are_understood(string expression, string next)
    {
        var due = TimerSchedule.Parse(expression).Next(Noon);
        Assert.Equal(DateTime.Parse(next, null, System.Globalization.DateTimeStyles.AdjustToUniversal), due);
        Assert.Equal(DateTimeKind.Utc, due.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("daily")]
    [InlineData("* * * *")]
    [InlineData("0 0 25 * * *")]
    [InlineData("-00:01:00")]
    [InlineData("00:00:00")]
    public void Anything_else_is_refused(string expression) => Assert.Throws<FormatException>(() => TimerSchedule.Parse(expression));

    [Theory]
    [InlineData("* * * * *", false)]
    [InlineData("*/30 * * * * *", true)]
    [InlineData("0,30 0 2 * * *", true)]
    [InlineData("00:00:59", true)]
    [InlineData("00:01:00", false)]
    [Trait("Honours", "8 Monitored schedules")]
    public void Schedules_faster_than_once_a_minute_are_recognised(string expression, bool faster) =>
        Assert.Equal(faster, TimerSchedule.Parse(expression).IsFasterThanOncePerMinute(Noon));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() =>
        Assert.Equal(DateTime.MaxValue, TimerSchedule.Parse("0 0 31 2 *").Next(Noon));
}
