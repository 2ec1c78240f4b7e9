using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Ids;
using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

public sealed class ScheduleEvaluatorTests
{
    private static readonly Schedule Daily = Make("daily", "0 2 * * *");
    private static readonly Schedule Weekly = Make("weekly", "0 1 * * 0") with { Class = RetentionClass.Weekly };

    // 2026-01-03 is a Saturday.
    private static readonly DateTimeOffset Saturday = new(2026, 1, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_due_time_before_the_first_tick_of_a_schedule_is_made_up()
    {
        var first = Evaluate(Saturday, null, Daily, Weekly);
        Assert.Null(first.ToStart);
        Assert.True(first.Changed);
        Assert.False(Evaluate(Saturday.AddHours(1), first.State, Daily, Weekly).Changed);
    }

    [Fact]
    public void Due_times_within_the_window_merge_into_one_run_of_both_classes()
    {
        var sunday = Saturday.Date.AddDays(1);
        var run = Evaluate(At(sunday, 1, 2), Seen(Daily, Weekly), Daily, Weekly);
        Assert.Equal("backup-demo-weekly-20260104T010000Z", run.ToStart!.InstanceId);
        Assert.Equal([RetentionClass.Daily, RetentionClass.Weekly], run.ToStart.Classes());
        Assert.Equal(At(sunday, 1, 2), new BackupId(run.ToStart.BackupId).Began);
        Assert.Empty(run.Missed);
        Assert.Null(Evaluate(At(sunday, 2, 0), Cleared(run), Daily, Weekly).ToStart);
        Assert.NotNull(Evaluate(At(sunday.AddDays(1), 2, 0), Cleared(run), Daily, Weekly).ToStart);
    }

    [Fact]
    public void A_schedule_with_no_window_is_never_served_early()
    {
        var alone = Daily with { MergeWindow = TimeSpan.Zero };
        var run = Evaluate(At(Saturday.Date.AddDays(1), 1, 0), Seen(alone, Weekly), alone, Weekly);
        Assert.Equal(["weekly"], run.ToStart!.Served.Select(due => due.Schedule));
        Assert.Equal("daily", Evaluate(At(Saturday.Date.AddDays(1), 2, 0), Cleared(run), alone, Weekly).ToStart!.Schedule);
    }

    [Fact]
    public void An_hour_of_absence_over_a_due_time_gives_one_run_that_is_reported_as_missed_and_made_up()
    {
        var seen = Seen(Daily);
        Assert.Null(Evaluate(At(Saturday.Date.AddDays(1), 1, 30), seen, Daily).ToStart);
        var late = Evaluate(At(Saturday.Date.AddDays(1), 2, 30), seen, Daily);
        var due = At(Saturday.Date.AddDays(1), 2, 0);
        Assert.Equal([new MissedRun("daily", due, "backup-demo-daily-20260104T020000Z")], late.Missed);
        Assert.Null(Evaluate(At(Saturday.Date.AddDays(1), 2, 35), Cleared(late), Daily).ToStart);
    }

    [Fact]
    public void A_month_of_absence_gives_one_run_that_serves_everything()
    {
        var late = Evaluate(Saturday.AddDays(30), Seen(Daily, Weekly), Daily, Weekly);
        Assert.Equal(30, late.ToStart!.Served.Count(due => due.Schedule == "daily"));
        Assert.Equal(5, late.ToStart.Served.Count(due => due.Schedule == "weekly"));
        Assert.Equal(35, late.Missed.Count);
        Assert.Null(Evaluate(Saturday.AddDays(30).AddMinutes(5), Cleared(late), Daily, Weekly).ToStart);
    }

    [Fact]
    public void A_long_list_of_due_times_is_cut_and_counted()
    {
        var often = Make("often", "*/5 * * * *");
        var run = Evaluate(Saturday.AddDays(1), Seen(often), often).ToStart!;
        Assert.Equal((100, 188), (run.Served.Count, run.ServedBeyondList));
    }

    [Fact]
    public void A_pending_run_comes_again_unchanged_under_changed_schedules()
    {
        var decided = Evaluate(At(Saturday.Date.AddDays(1), 2, 30), Seen(Daily), Daily);
        var again = Evaluate(At(Saturday.Date.AddDays(9), 2, 30), decided.State, Daily with { Paused = true });
        Assert.Same(decided.ToStart, again.ToStart);
        Assert.Equal(decided.Missed, again.Missed);
        Assert.False(again.Changed);
    }

    [Fact]
    public void Due_times_of_a_paused_schedule_pass_and_are_not_missed()
    {
        var paused = Daily with { Paused = true };
        var passed = Evaluate(Saturday.AddDays(3), Seen(paused), paused);
        Assert.Null(passed.ToStart);
        Assert.Null(Evaluate(Saturday.AddDays(6), passed.State, Daily).ToStart);
        var resumed = Evaluate(Saturday.AddDays(6), passed.State, Daily);
        Assert.Empty(Evaluate(At(Saturday.Date.AddDays(7), 2, 0), resumed.State, Daily).Missed);
        Assert.NotNull(Evaluate(At(Saturday.Date.AddDays(7), 2, 0), resumed.State, Daily).ToStart);
    }

    [Fact]
    public void A_changed_expression_counts_from_now_on()
    {
        var changed = Make("daily", "0 3 * * *");
        var settled = Evaluate(Saturday.AddDays(2), Seen(Daily), changed);
        Assert.Null(settled.ToStart);
        Assert.Equal(3, Evaluate(At(Saturday.Date.AddDays(3), 3, 0), settled.State, changed).ToStart!.Due.Hour);
    }

    [Fact]
    public void A_clock_that_goes_back_repeats_nothing()
    {
        var run = Evaluate(At(Saturday.Date.AddDays(1), 2, 0), Seen(Daily), Daily);
        Assert.Null(Evaluate(At(Saturday.Date.AddDays(1), 1, 0), Cleared(run), Daily).ToStart);
        Assert.Null(Evaluate(At(Saturday.Date.AddDays(1), 2, 0), Cleared(run), Daily).ToStart);
    }

    [Fact]
    public void A_clock_that_was_years_ahead_does_not_stop_backups_once_it_is_corrected()
    {
        var ahead = Evaluate(Saturday.AddYears(3), Seen(Daily), Daily);
        Assert.NotNull(ahead.ToStart);
        var right = Evaluate(Saturday.AddHours(1), Cleared(ahead), Daily);
        Assert.Null(right.ToStart);
        Assert.NotNull(Evaluate(At(Saturday.Date.AddDays(1), 2, 0), right.State, Daily).ToStart);
    }

    [Fact]
    public void A_state_of_a_newer_program_is_refused() =>
        Assert.Throws<StoreException>(() => Evaluate(Saturday, new ScheduleState { Version = 2 }, Daily));

    [Fact]
    public async Task A_tick_with_nothing_to_do_writes_nothing()
    {
        var store = new InMemoryScheduleStore();
        var time = new FakeTimeProvider(Saturday);
        var tick = new ScheduleTick("demo", store, new RecordingStarter(), time);
        for (var i = 0; i < 5; i++)
        {
            await tick.RunAsync([Daily, Weekly], CancellationToken.None);
            time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(1, store.Saves);
    }

    [Fact]
    public void The_ids_of_a_run_fit_their_limits()
    {
        var name = new string('s', 32);
        var cluster = new string('c', 40);
        var run = ScheduleEvaluator.Evaluate(cluster, Saturday.AddDays(1), [Make(name, "0 2 * * *")], Seen(Make(name, "0 2 * * *")));
        Assert.Matches("^[a-zA-Z0-9-]{1,100}$", run.ToStart!.InstanceId);
        Assert.Matches("^20260104T120000Z-[0-9a-hjkmnp-tv-z]{6}$", run.ToStart.BackupId);
    }

    private static Evaluation Evaluate(DateTimeOffset now, ScheduleState? state, params Schedule[] schedules) =>
        ScheduleEvaluator.Evaluate("demo", now, schedules, state);

    private static ScheduleState Seen(params Schedule[] schedules) => Evaluate(Saturday, null, schedules).State;

    private static ScheduleState Cleared(Evaluation evaluation) => evaluation.State with { Pending = null };

    private static DateTimeOffset At(DateTime day, int hour, int minute) =>
        new(day.Year, day.Month, day.Day, hour, minute, 0, TimeSpan.Zero);

    private static Schedule Make(string name, string cron) => new() { Name = name, Cron = CronExpression.Parse(cron) };
}
