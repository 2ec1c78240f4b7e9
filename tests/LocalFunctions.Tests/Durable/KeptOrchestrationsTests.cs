using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class KeptOrchestrationsTests
{
    private const int Activities = 60;

    [Theory]
    [InlineData(20, 2)]
    [InlineData(1_000_000, Activities)]
    public async Task An_orchestrator_with_a_long_history_does_not_run_from_its_start_at_every_turn(int keepFromLength, int atLeast)
    {
        var starts = 0;
        await using var engine = await new EngineFixture { Functions = Chain(() => starts++), KeepFromLength = keepFromLength }.StartAsync();

        var end = await engine.RunAsync("Chain");

        Assert.Equal(Activities, end.ReadOutputAs<int>());
        Assert.InRange(starts, atLeast, keepFromLength > 1000 ? int.MaxValue : Activities / 5);
    }

    [Fact]
    public async Task A_kept_orchestration_goes_on_the_same_after_a_crash()
    {
        await using var engine = await new EngineFixture { Functions = Chain(() => { }), KeepFromLength = 0 }.StartAsync();
        var id = await engine.ScheduleAsync("Chain");
        await engine.UntilHistoryAsync(id, HistoryEventType.TaskCompleted, Activities / 2);

        await engine.CrashAndRestartAsync();

        Assert.Equal(Activities, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task What_a_suspension_holds_back_is_done_once_by_an_orchestration_that_was_kept()
    {
        var runs = 0;
        var functions = new TestFunctions()
            .Activity<int>("Work", number =>
            {
                Interlocked.Increment(ref runs);
                return number;
            })
            .Orchestrator("Main", async context =>
            {
                await context.WaitForExternalEvent<string>("Go");
                return (object?)await context.CallActivityAsync<int>("Work", 7);
            });
        await using var engine = await new EngineFixture { Functions = functions, KeepFromLength = 0 }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilAsync(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await engine.Client.SuspendInstanceAsync(id);
        await engine.UntilAsync(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.RaiseEventAsync(id, "Go", "now");
        await engine.UntilHistoryAsync(id, HistoryEventType.EventRaised);
        Assert.Equal(0, runs);

        await engine.Client.ResumeInstanceAsync(id);

        Assert.Equal(7, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
        Assert.Equal(1, runs);
    }

    [Fact]
    public void The_one_whose_turn_was_longest_ago_makes_room()
    {
        var kept = new KeptOrchestrations(fromLength: 10, limit: 2);
        kept.Keep(Orchestration("a", 10));
        kept.Keep(Orchestration("b", 10));
        kept.Keep(kept.Take("a")!);
        kept.Keep(Orchestration("c", 10));

        Assert.Equal(2, kept.Count);
        Assert.Null(kept.Take("b"));
        Assert.NotNull(kept.Take("a"));
        Assert.NotNull(kept.Take("c"));
        Assert.Equal(0, kept.Count);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void Short_histories_are_replayed(int length, bool isKept)
    {
        var kept = new KeptOrchestrations(fromLength: 10, limit: 2);
        kept.Keep(Orchestration("a", length));

        Assert.Equal(isKept, kept.Take("a") is not null);
    }

    [Theory]
    [InlineData("execution", 10, true)]
    [InlineData("execution", 12, false)]
    [InlineData("another", 10, false)]
    public void It_is_of_no_use_once_anything_has_happened_to_the_instance(string executionId, int length, bool isUsed) =>
        Assert.Equal(isUsed, Orchestration("a", 10).IsAt(executionId, length));

    private static KeptOrchestration Orchestration(string instanceId, int length) => new(instanceId, "execution", length, Replay: null!);

    private static TestFunctions Chain(Action start) => new TestFunctions()
        .Activity<int>("Work", number => number)
        .Orchestrator("Chain", async context =>
        {
            start();
            var sum = 0;
            for (var i = 0; i < Activities; i++)
            {
                sum += await context.CallActivityAsync<int>("Work", 1);
            }

            return (object?)sum;
        });
}
