using System.Threading.Channels;
using LocalFunctions.Hosting.State;
using LocalFunctions.Hosting.Timers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

public sealed class TimerListenerTests : IDisposable
{
    private static readonly TimerSchedule Hourly = TimerSchedule.Parse("0 * * * *");

    private readonly string folder = TestApp.NewFolder();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.Zero));
    private CancellationTokenSource stop = new();
    private readonly Runs runs = new();

    [Fact]
    [Trait("Honours", "8 Monitored schedules")]
    public async Task A_timer_runs_at_each_due_time_and_is_told_the_last_one()
    {
        var listening = Listen(Hourly);
        AdvanceTo(13, 0);
        Assert.False((await runs.NextAsync()).IsPastDue);
        AdvanceTo(14, 0);
        var second = await runs.NextAsync();
        Assert.Equal((At(13), At(14)), (second.Status!.Last, second.Status.Next));
        await EndAsync(listening);
    }

    [Fact]
    public async Task Nothing_runs_before_it_is_due()
    {
        var listening = Listen(Hourly);
        AdvanceTo(12, 59);
        await EndAsync(listening);
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 Past due")]
    public async Task Due_times_that_passed_while_nothing_ran_are_made_up_for_once_and_said_to_be_past_due()
    {
        await EndAsync(Listen(Hourly));
        time.Advance(TimeSpan.FromHours(5));
        var again = Listen(Hourly);
        Assert.True((await runs.NextAsync()).IsPastDue);
        AdvanceTo(18, 0);
        Assert.False((await runs.NextAsync()).IsPastDue);
        await EndAsync(again);
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    public async Task A_restart_without_a_missed_due_time_runs_nothing()
    {
        await EndAsync(Listen(Hourly));
        time.Advance(TimeSpan.FromMinutes(10));
        await EndAsync(Listen(Hourly));
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 Past due")]
    public async Task A_changed_schedule_is_not_past_due()
    {
        await EndAsync(Listen(Hourly));
        time.Advance(TimeSpan.FromHours(5));
        await EndAsync(Listen(TimerSchedule.Parse("15 * * * *")));
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 Past due")]
    public async Task Without_a_monitor_nothing_is_made_up_for()
    {
        await EndAsync(Listen(Hourly, monitored: false));
        time.Advance(TimeSpan.FromHours(5));
        await EndAsync(Listen(Hourly, monitored: false));
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 RunOnStartup")]
    public async Task Run_on_startup_runs_at_every_start_but_not_twice_when_past_due()
    {
        var first = Listen(Hourly, runOnStartup: true);
        Assert.False((await runs.NextAsync()).IsPastDue);
        await EndAsync(first);
        time.Advance(TimeSpan.FromHours(5));
        var second = Listen(Hourly, runOnStartup: true);
        Assert.True((await runs.NextAsync()).IsPastDue);
        await EndAsync(second);
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 No overlap")]
    public async Task Runs_never_overlap_and_a_long_one_is_followed_by_one_for_all_it_missed()
    {
        runs.Hold();
        var listening = Listen(Hourly);
        AdvanceTo(13, 0);
        await runs.NextAsync();
        AdvanceTo(16, 30);
        Assert.Equal(1, runs.Count);
        runs.Release();
        await runs.NextAsync();
        AdvanceTo(16, 59);
        Assert.Equal(2, runs.Count);
        AdvanceTo(17, 0);
        await runs.NextAsync();
        await EndAsync(listening);
        Assert.Equal(3, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 No overlap")]
    public async Task A_run_by_hand_waits_for_the_one_in_progress()
    {
        runs.Hold();
        using var listener = Listener(Hourly, monitored: true, runOnStartup: true);
        var listening = listener.ListenAsync(stop.Token);
        await runs.NextAsync();
        var byHand = listener.RunNowAsync(CancellationToken.None);
        Assert.Equal((1, false), (runs.Count, byHand.IsCompleted));
        runs.Release();
        await runs.NextAsync();
        await byHand;
        await EndAsync(listening);
    }

    [Fact]
    public async Task A_damaged_status_counts_as_none()
    {
        await EndAsync(Listen(Hourly));
        File.WriteAllText(Directory.GetFiles(Path.Combine(folder, "timers")).Single(), "{ half a");
        time.Advance(TimeSpan.FromHours(5));
        await EndAsync(Listen(Hourly));
        Assert.Equal(0, runs.Count);
    }

    [Fact]
    public async Task A_status_that_cannot_be_read_or_written_does_not_stop_the_timer()
    {
        Directory.CreateDirectory(Path.Combine(folder, "timers", "ticker.json"));
        var listening = Listen(Hourly);
        AdvanceTo(13, 0);
        Assert.False((await runs.NextAsync()).IsPastDue);
        await EndAsync(listening);
    }

    [Fact]
    [Trait("Honours", "8 Clock set back")]
    public async Task A_clock_that_was_far_ahead_is_not_waited_out_at_the_next_start()
    {
        await EndAsync(Listen(Hourly));
        var ahead = Listen(Hourly, clock: Clock(At(12).AddYears(1).AddMinutes(30)));
        Assert.True((await runs.NextAsync()).IsPastDue);
        await EndAsync(ahead);
        var again = Listen(Hourly);
        AdvanceTo(13, 0);
        Assert.False((await runs.NextAsync()).IsPastDue);
        await EndAsync(again);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(24, 1)]
    [Trait("Honours", "8 Clock set back")]
    public async Task A_small_step_back_brings_no_due_time_twice_and_a_large_one_loses_none(int hoursBack, int runsOnceMore)
    {
        var clock = new SettableClock(time);
        var listening = Listen(Hourly, clock: clock);
        AdvanceTo(13, 0);
        await runs.NextAsync();

        clock.SetBack(TimeSpan.FromHours(hoursBack));
        AdvanceTo(13, 1);
        AdvanceTo(14, 0);
        if (runsOnceMore > 0)
        {
            await runs.NextAsync();
        }

        await EndAsync(listening);
        Assert.Equal(1 + runsOnceMore, runs.Count);
    }

    [Fact]
    [Trait("Honours", "8 Clock set back")]
    public async Task A_step_forward_is_made_up_for_by_one_run()
    {
        var clock = new SettableClock(time);
        var listening = Listen(Hourly, clock: clock);
        clock.SetBack(TimeSpan.FromHours(-24));
        AdvanceTo(12, 31);
        await runs.NextAsync();
        AdvanceTo(12, 59);
        await EndAsync(listening);
        Assert.Equal(1, runs.Count);
    }

    [Fact]
    public void What_is_told_after_the_state_was_let_go_is_not_written()
    {
        var store = new TimerStatusStore(new StateDirectory(folder));
        var kept = new TimerStatus(At(12), At(13), At(12));
        store.Write("Ticker", kept);
        store.Close();
        store.Write("Ticker", new TimerStatus(At(13), At(14), At(13)));
        Assert.Equal(kept, store.Read("Ticker"));
    }

    public void Dispose()
    {
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static DateTime At(int hour) => new(2026, 3, 1, hour, 0, 0, DateTimeKind.Utc);

    private static FakeTimeProvider Clock(DateTime utc) => new(new DateTimeOffset(utc));

    private Task Listen(TimerSchedule schedule, bool monitored = true, bool runOnStartup = false, TimeProvider? clock = null) =>
        Listener(schedule, monitored, runOnStartup, clock).ListenAsync(stop.Token);

    private TimerListener Listener(TimerSchedule schedule, bool monitored, bool runOnStartup, TimeProvider? clock = null) => new(
        new TimerPlan("Ticker", schedule, runOnStartup),
        monitored ? new ScheduleMonitor("Ticker", schedule, new TimerStatusStore(new StateDirectory(folder)), NullLogger.Instance) : null,
        runs.RunAsync,
        clock ?? time,
        NullLogger.Instance);

    private void AdvanceTo(int hour, int minute) => time.Advance(new DateTimeOffset(2026, 3, 1, hour, minute, 0, TimeSpan.Zero) - time.GetUtcNow());

    private async Task EndAsync(Task listening)
    {
        await stop.CancelAsync();
        await listening;
        stop.Dispose();
        stop = new CancellationTokenSource();
    }

    /// <summary>A timer function that can be held in the middle.</summary>
    private sealed class Runs
    {
        private readonly Channel<TimerRun> started = Channel.CreateUnbounded<TimerRun>();
        private TaskCompletionSource? held;
        private int count;

        public int Count => Volatile.Read(ref count);

        public void Hold() => held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => held!.SetResult();

        public Task RunAsync(TimerRun run)
        {
            Interlocked.Increment(ref count);
            started.Writer.TryWrite(run);
            return held?.Task ?? Task.CompletedTask;
        }

        public Task<TimerRun> NextAsync() => started.Reader.ReadAsync().AsTask().WithinAsync("the timer to run");
    }
}
