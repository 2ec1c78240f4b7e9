using Microsoft.DurableTask;

namespace LocalFunctions.Tests.Durable;

/// <summary>Code that does not come back.</summary>
public sealed class StuckTests
{
    [Fact]
    public async Task However_many_orchestrators_do_not_return_the_others_go_on()
    {
        using var never = new ManualResetEventSlim();
        using var allStuck = new CountdownEvent(EngineFixture.MaxOrchestrations);
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Stuck", _ =>
                {
                    allStuck.Signal();
                    never.Wait();
                    return Task.CompletedTask;
                })
                .Activity<int>("Work", number => number + 1)
                .Orchestrator("Other", async context => (object?)await context.CallActivityAsync<int>("Work", 1)),
        }.StartAsync();
        for (var number = 0; number < EngineFixture.MaxOrchestrations; number++)
        {
            await engine.ScheduleAsync("Stuck", id: $"stuck-{number}");
        }

        allStuck.Wait(TimeSpan.FromSeconds(30));
        var id = await engine.ScheduleAsync("Other");
        engine.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(2, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
        never.Set();
        Assert.True((await engine.EndOfAsync("stuck-0")).IsCompleted);
    }

    [Theory]
    [InlineData("Blocks")]
    [InlineData("Ignores")]
    public async Task A_stop_waits_as_long_as_it_was_told_and_no_longer(string orchestrator)
    {
        using var never = new ManualResetEventSlim();
        using var isRunning = new ManualResetEventSlim();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Deaf", async (_, _) =>
                {
                    isRunning.Set();
                    await Task.Run(never.Wait, CancellationToken.None);
                    return null;
                })
                .Orchestrator("Ignores", context => context.CallActivityAsync("Deaf"))
                .Orchestrator("Blocks", _ =>
                {
                    isRunning.Set();
                    never.Wait();
                    return Task.CompletedTask;
                }),
        }.StartAsync();
        var start = engine.Time.GetUtcNow();
        await engine.ScheduleAsync(orchestrator);
        isRunning.Wait(TimeSpan.FromSeconds(30));

        var stop = engine.Engine.StopAsync(TimeSpan.FromSeconds(20));
        while (!stop.IsCompleted)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        // The drain, then the grace for what was cancelled.
        Assert.True(engine.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(20));
        never.Set();
        await stop;
    }
}
