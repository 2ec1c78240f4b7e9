using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class ContinueAsNewTests
{
    [Fact]
    [Trait("Honours", "7 Continue-as-new")]
    public async Task Each_generation_starts_with_the_new_input_and_a_short_history()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Activity<int>("Next", number => number + 1).Orchestrator("Count", async context =>
            {
                var next = await context.CallActivityAsync<int>("Next", context.GetInput<int>());
                context.SetCustomStatus($"at {next}");
                if (next < 50)
                {
                    context.ContinueAsNew(next);
                }

                return (object?)next;
            }),
        }.StartAsync();

        var end = await engine.RunAsync("Count", 0);

        Assert.Equal(50, end.ReadOutputAs<int>());
        Assert.Equal(49, end.ReadInputAs<int>());
        Assert.Equal("at 50", end.ReadCustomStatusAs<string>());
        Assert.Equal(8, (await engine.HistoryAsync(end.InstanceId)).Count);
    }

    [Theory]
    [InlineData(true, "kept")]
    [InlineData(false, "late")]
    [Trait("Honours", "4 Events carried over")]
    public async Task Events_that_nobody_consumed_are_carried_over_unless_dropped(bool preserve, string expected)
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                if (context.GetInput<bool>())
                {
                    return (object?)await context.WaitForExternalEvent<string>("Item");
                }

                await context.WaitForExternalEvent<int>("Go");
                context.SetCustomStatus("left behind");
                context.ContinueAsNew(newInput: true, preserve);
                return null;
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main", false);
        await engine.Client.RaiseEventAsync(id, "Item", "kept");
        await engine.Client.RaiseEventAsync(id, "Go", 1);
        await engine.UntilAsync(id, instance => instance.SerializedInput == "true" || instance.IsCompleted);
        if (!preserve)
        {
            await engine.Client.RaiseEventAsync(id, "Item", "late");
        }

        var end = await engine.EndOfAsync(id);

        Assert.Equal(expected, end.ReadOutputAs<string>());
        Assert.Equal("null", end.SerializedCustomStatus);
    }

    [Fact]
    [Trait("Honours", "7 Continue-as-new")]
    public async Task A_parent_hears_of_the_last_generation_only()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context =>
                {
                    var generation = context.GetInput<int>();
                    if (generation < 3)
                    {
                        context.ContinueAsNew(generation + 1);
                    }

                    return Task.FromResult<object?>(generation);
                })
                .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<int>("Child", 0)),
        }.StartAsync();

        Assert.Equal(3, (await engine.RunAsync("Parent")).ReadOutputAs<int>());
    }

    [Fact]
    [Trait("Honours", "7 Continue-as-new")]
    public async Task An_exception_after_continue_as_new_fails_the_instance()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", context =>
            {
                context.ContinueAsNew();
                throw new TimeoutException();
            }),
        }.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await engine.RunAsync("Main")).RuntimeStatus);
    }

    [Fact]
    public async Task An_orchestration_that_starts_over_for_ever_holds_up_nobody_and_can_be_terminated()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Eternal", context =>
                {
                    context.ContinueAsNew();
                    return Task.CompletedTask;
                })
                .Orchestrator("Other", _ => Task.FromResult<object?>("done")),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Eternal");

        Assert.Equal("done", (await engine.RunAsync("Other")).ReadOutputAs<string>());
        await engine.Client.TerminateInstanceAsync(id);
        var end = await engine.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal(HistoryEventType.OrchestratorCompleted, (await engine.HistoryAsync(id))[^1].EventType);
    }
}
