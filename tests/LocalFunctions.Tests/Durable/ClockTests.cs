using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Durable;

public sealed class ClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-24)]
    [Trait("Honours", "7 Clock set back and forward")]
    public async Task A_clock_that_is_set_loses_nothing_and_brings_nothing_twice(int hoursBack)
    {
        var runs = new List<int>();
        await using var engine = new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Work", number =>
                {
                    lock (runs)
                    {
                        runs.Add(number);
                    }

                    return number;
                })
                .Orchestrator("Main", async context =>
                {
                    for (var round = 0; round < 3; round++)
                    {
                        await context.CreateTimer(TimeSpan.FromMinutes(30), CancellationToken.None);
                        await context.CallActivityAsync<int>("Work", round);
                        await context.WaitForExternalEvent<string>("Next");
                    }

                    return (object?)"done";
                }),
        };
        var clock = new SettableClock(engine.Time);
        engine.Clock = clock;
        await engine.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        for (var round = 0; round < 3; round++)
        {
            await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated, round + 1);
            if (round == 1)
            {
                clock.SetBack(TimeSpan.FromHours(hoursBack));
            }

            // The event is told at a time that the timer may lie before or after, and is not lost either way.
            await engine.Client.RaiseEventAsync(id, "Next", "on");
            await AdvanceUntilAsync(engine, id, round + 1);
        }

        Assert.Equal("done", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal([0, 1, 2], runs);
        Assert.Equal(3, (await engine.HistoryAsync(id)).Count(happened => happened.EventType == HistoryEventType.TimerFired));
    }

    private static Task AdvanceUntilAsync(EngineFixture engine, string id, int completed) => Waiting.UntilAsync($"{completed} activities to be over", async () =>
    {
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        return (await engine.HistoryAsync(id)).Count(happened => happened.EventType == HistoryEventType.TaskCompleted) >= completed;
    });
}
