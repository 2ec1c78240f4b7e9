using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class TimerTests
{
    [Fact]
    [Trait("Honours", "4 Timers longer than three days")]
    public async Task A_long_timer_is_several_of_at_most_three_days_each_with_its_own_event()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Sleep", async context =>
            {
                await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None);
                return (object?)context.CurrentUtcDateTime;
            }),
        }.StartAsync();
        var start = engine.Time.GetUtcNow();
        var id = await engine.ScheduleAsync("Sleep");
        for (var timer = 1; timer <= 3; timer++)
        {
            await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated, timer);
            engine.Time.Advance(TimeSpan.FromDays(3));
        }

        Assert.True((await engine.EndOfAsync(id)).IsCompleted);
        Assert.Equal(
            [(0, 3), (1, 6), (2, 7)],
            (await engine.HistoryAsync(id)).Where(happened => happened.EventType == HistoryEventType.TimerCreated)
                .Select(timer => (timer.EventId, (int)(timer.FireAt!.Value - start).TotalDays)));
    }

    [Fact]
    [Trait("Honours", "4 Cancelled timers")]
    public void A_cancelled_long_timer_starts_no_further_one_and_holds_up_nothing()
    {
        var turn = new OneTurn(async context =>
        {
            using var end = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(7), end.Token);
            await context.WaitForExternalEvent<string>("Go");
            end.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer);
            return "done";
        });
        HistoryEvent[] past = [Turn(0), Started, new HistoryEvent(HistoryEventType.TimerCreated, 0, Noon) { FireAt = Noon.AddDays(3) }];

        var end = turn.Run(past, Raised("Go", "on"));
        var late = turn.Run([.. past, Turn(1), Raised("Go", "on")], new HistoryEvent(HistoryEventType.TimerFired, -1, Noon.AddDays(3)) { TaskId = 0 });

        Assert.Equal((OrchestrationRuntimeStatus.Completed, 0), (end.Status, end.Actions.Count));
        Assert.Equal("\"done\"", late.Output);
    }

    [Fact]
    [Trait("Honours", "4 Timers in the past")]
    public void A_timer_of_the_past_is_an_event_too()
    {
        var turn = new OneTurn(async context =>
        {
            await context.CreateTimer(Noon.UtcDateTime.AddYears(-1), CancellationToken.None);
            return null;
        });

        Assert.Equal(Noon.AddYears(-1), Assert.Single(turn.Run([], Started).Actions).FireAt);
    }

    [Fact]
    [Trait("Honours", "7 Order of arrival")]
    public async Task A_timer_that_became_due_before_an_event_came_comes_first_even_if_nobody_ran_then()
    {
        await using var engine = await Race(TimeSpan.FromHours(1));
        await engine.CrashAsync();
        engine.Time.Advance(TimeSpan.FromHours(1));

        await TellWhileNobodyRunsAsync(engine, engine.Time.GetUtcNow().AddMinutes(30));
        engine.Time.Advance(TimeSpan.FromHours(1));
        await engine.StartAsync();

        Assert.Equal("timer", (await engine.EndOfAsync("race")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Order of arrival")]
    public async Task An_event_that_came_before_a_timer_was_due_comes_first_even_if_nobody_ran_then()
    {
        await using var engine = await Race(TimeSpan.FromHours(1));
        await engine.CrashAsync();

        await TellWhileNobodyRunsAsync(engine, engine.Time.GetUtcNow().AddMinutes(30));
        engine.Time.Advance(TimeSpan.FromHours(2));
        await engine.StartAsync();

        Assert.Equal("event", (await engine.EndOfAsync("race")).ReadOutputAs<string>());
    }

    private static async Task<EngineFixture> Race(TimeSpan length)
    {
        var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Race", async context =>
            {
                var timer = context.CreateTimer(length, CancellationToken.None);
                var winner = await Task.WhenAny(timer, context.WaitForExternalEvent<string>("Go"));
                await timer;
                return (object?)(winner == timer ? "timer" : "event");
            }),
        }.StartAsync();
        await engine.ScheduleAsync("Race", id: "race");
        await engine.UntilHistoryAsync("race", HistoryEventType.TimerCreated);
        return engine;
    }

    private static async Task TellWhileNobodyRunsAsync(EngineFixture engine, DateTimeOffset at)
    {
        using var database = DurableDatabase.Open(engine.DatabasePath);
        await database.WriteAsync(session =>
        {
            InboxTable.Add(session, "race", Raised("Go", "on") with { Timestamp = at });
            return true;
        });
    }
}
