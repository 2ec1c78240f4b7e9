using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class TimerTests
{
    private static TestFunctions Sleeper(TimeSpan length) => new TestFunctions().Orchestrator("Sleep", async context =>
    {
        await context.CreateTimer(length, CancellationToken.None);
        return (object?)context.CurrentUtcDateTime;
    });

    [Fact]
    [Trait("Honours", "4 Timers")]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        await using var engine = await new EngineFixture { Functions = Sleeper(TimeSpan.FromHours(1)) }.StartAsync();
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);

        engine.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.True((await engine.Client.GetInstanceAsync(id))!.IsRunning);

        engine.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new DateTime(2026, 1, 1, 1, 0, 0, DateTimeKind.Utc), (await engine.EndOfAsync(id)).ReadOutputAs<DateTime>());
    }

    [Fact]
    [Trait("Honours", "4 Timers")]
    public async Task A_timer_that_became_due_while_the_process_was_down_fires_at_the_next_start()
    {
        await using var engine = await new EngineFixture { Functions = Sleeper(TimeSpan.FromDays(90)) }.StartAsync();
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        await engine.CrashAsync();
        engine.Time.Advance(TimeSpan.FromDays(91));

        await engine.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    [Trait("Honours", "4 Timers longer than three days")]
    public async Task A_timer_longer_than_timers_of_the_platform_fires()
    {
        await using var engine = await new EngineFixture { Functions = Sleeper(TimeSpan.FromDays(100)) }.StartAsync();
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        await engine.CrashAndRestartAsync();

        engine.Time.Advance(TimeSpan.FromDays(100));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    [Trait("Honours", "4 Timers in the past")]
    public async Task A_timer_of_the_past_fires_at_once()
    {
        await using var engine = await new EngineFixture { Functions = Sleeper(TimeSpan.FromHours(-1)) }.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Sleep")).RuntimeStatus);
    }

    [Fact]
    [Trait("Honours", "4 Cancelled timers")]
    public async Task A_cancelled_timer_is_forgotten_and_does_not_hold_up_the_end()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Activity<int>("Work", _ => "done").Orchestrator("Main", async context =>
            {
                using var end = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromDays(1), end.Token);
                var work = context.CallActivityAsync<string>("Work");
                var first = await Task.WhenAny(timer, work);
                end.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
                return (object?)(first == work ? await work : "late");
            }),
        }.StartAsync();

        Assert.Equal("done", (await engine.RunAsync("Main")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Completion requires no open tasks")]
    public async Task An_uncancelled_timer_holds_up_the_end()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", context =>
            {
                _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return Task.CompletedTask;
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        Assert.True((await engine.Client.GetInstanceAsync(id))!.IsRunning);

        engine.Time.Advance(TimeSpan.FromHours(1));

        Assert.True((await engine.EndOfAsync(id)).IsCompleted);
    }
}
