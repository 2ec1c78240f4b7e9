using Microsoft.DurableTask;
using QdrantBackup.Harness;

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
                    never.Within("the test to let the orchestrator return");
                    return Task.CompletedTask;
                })
                .Activity<int>("Work", number => number + 1)
                .Orchestrator("Other", async context => (object?)await context.CallActivityAsync<int>("Work", 1)),
        }.StartAsync();
        for (var number = 0; number < EngineFixture.MaxOrchestrations; number++)
        {
            await engine.ScheduleAsync("Stuck", id: $"stuck-{number}");
        }

        Assert.True(allStuck.Wait(Waiting.Usual), "not all orchestrators came to run");
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
                    await Task.Run(() => never.Within("the test to let the activity return"), CancellationToken.None);
                    return null;
                })
                .Orchestrator("Ignores", context => context.CallActivityAsync("Deaf"))
                .Orchestrator("Blocks", _ =>
                {
                    isRunning.Set();
                    never.Within("the test to let the orchestrator return");
                    return Task.CompletedTask;
                }),
        }.StartAsync();
        var start = engine.Time.GetUtcNow();
        await engine.ScheduleAsync(orchestrator);
        isRunning.Within("the function to run");

        var stop = engine.Engine.StopAsync(TimeSpan.FromSeconds(20));
        await Waiting.UntilAsync("the engine to stop", () =>
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            return stop.IsCompleted;
        });

        // The drain, then the grace for what was cancelled.
        Assert.True(engine.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(20));
        never.Set();
        await stop;
    }
}
