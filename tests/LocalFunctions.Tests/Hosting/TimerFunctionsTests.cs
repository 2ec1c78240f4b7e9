using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

public sealed record Tick(string What, bool IsPastDue, DateTime? Last);

public sealed class Ticks
{
    public Channel<Tick> Seen { get; } = Channel.CreateUnbounded<Tick>();

    public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Tick> NextAsync() => Seen.Reader.ReadAsync().AsTask().WithinAsync("the timer function to run");
}

public class Clocks(Ticks ticks)
{
    [Function("Tick")]
    public void Tick([TimerTrigger("0 * * * *")] TimerInfo timer) => ticks.Seen.Writer.TryWrite(new Tick("tick", timer.IsPastDue, timer.ScheduleStatus?.Last));

    [Function("Off")]
    public void Off([TimerTrigger("0 * * * *", RunOnStartup = true)] TimerInfo timer) => ticks.Seen.Writer.TryWrite(new Tick("off", timer.IsPastDue, null));

    [Function("Faulty")]
    public void Faulty([TimerTrigger("30 * * * *")] TimerInfo timer)
    {
        ticks.Seen.Writer.TryWrite(new Tick("faulty", timer.IsPastDue, null));
        throw new InvalidOperationException("at every run");
    }
}

public class Patient(Ticks ticks)
{
    [Function("Patient")]
    public async Task Wait([TimerTrigger("0 * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken)
    {
        ticks.Seen.Writer.TryWrite(new Tick("began", timer.IsPastDue, null));
        await ticks.MayEnd.Task.WaitAsync(cancellationToken).WithinAsync("the test to let the function end");
        ticks.Seen.Writer.TryWrite(new Tick("ended", timer.IsPastDue, null));
    }
}

public class Deaf(Ticks ticks)
{
    [Function("Deaf")]
    public async Task Wait([TimerTrigger("0 * * * *", RunOnStartup = true)] TimerInfo timer)
    {
        ticks.Seen.Writer.TryWrite(new Tick("began", timer.IsPastDue, null));
        await ticks.MayEnd.Task.WithinAsync("the test to let the function end");
        ticks.Seen.Writer.TryWrite(new Tick("ended", timer.IsPastDue, null));
    }
}

public sealed class TimerFunctionsTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 10, 0, TimeSpan.Zero));
    private readonly Ticks ticks = new();

    [Fact]
    [Trait("Honours", "8 Failing timer functions")]
    public async Task Timer_functions_run_when_due_and_go_on_after_failing_and_disabled_ones_never_run()
    {
        await using var app = await StartAsync(typeof(Clocks));
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("faulty", (await ticks.NextAsync()).What);
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(new Tick("tick", IsPastDue: false, default(DateTime)), await ticks.NextAsync());
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("faulty", (await ticks.NextAsync()).What);
        Assert.Contains(app.Log.Lines, line => line.Contains("Faulty failed", StringComparison.Ordinal) && line.Contains("at every run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_after_a_missed_due_time_makes_up_for_it_once()
    {
        await using var before = await StartAsync(typeof(Clocks));
        await before.StopAsync();
        time.Advance(TimeSpan.FromMinutes(75));
        await using var after = await StartAsync(typeof(Clocks), before.Folder);
        var made = new[] { await ticks.NextAsync(), await ticks.NextAsync() };
        Assert.Equal(["faulty", "tick"], made.Select(tick => tick.What).Order(StringComparer.Ordinal));
        Assert.All(made, tick => Assert.True(tick.IsPastDue));
        await after.StopAsync();
        Assert.False(ticks.Seen.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Stopping_waits_for_a_run_in_progress()
    {
        await using var app = await StartAsync(typeof(Patient));
        Assert.Equal("began", (await ticks.NextAsync()).What);
        var stopping = app.StopAsync();
        Assert.False(stopping.IsCompleted);
        ticks.MayEnd.SetResult();
        await stopping;
        Assert.Equal("ended", (await ticks.NextAsync()).What);
    }

    [Fact]
    public async Task A_run_that_does_not_end_is_cut_off_at_the_end_of_the_drain()
    {
        await using var app = await StartAsync(typeof(Patient));
        await ticks.NextAsync();
        var stopping = app.StopAsync();
        time.Advance(TimeSpan.FromSeconds(5));
        await stopping;
        Assert.False(ticks.Seen.Reader.TryRead(out _));
        Assert.Contains(app.Log.Lines, line => line.Contains("Patient was cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_does_not_heed_its_token_does_not_hold_up_the_stop()
    {
        await using var app = await StartAsync(typeof(Deaf));
        await ticks.NextAsync();
        var stopping = app.StopAsync();
        await Waiting.UntilAsync("the app to stop", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });
        await stopping;
        ticks.MayEnd.SetResult();
        Assert.Equal("ended", (await ticks.NextAsync()).What);
    }

    private Task<TestApp> StartAsync(Type functions, string? folder = null) => TestApp.StartAsync(
        [functions],
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(ticks);
            builder.Configuration["AzureWebJobs.Off.Disabled"] = "true";
        },
        folder: folder);
}
