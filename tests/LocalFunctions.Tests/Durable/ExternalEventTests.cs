using Grpc.Core;
using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class ExternalEventTests
{
    [Fact]
    [Trait("Honours", "4 External events")]
    public async Task Events_are_kept_in_order_until_someone_waits_and_names_ignore_case()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                await context.WaitForExternalEvent<string>("Go");
                return (object?)$"{await context.WaitForExternalEvent<string>("ITEM")}{await context.WaitForExternalEvent<string>("item")}";
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.Client.RaiseEventAsync(id, "item", "a");
        await engine.Client.RaiseEventAsync(id, "Item", "b");
        await engine.Client.RaiseEventAsync(id, "go", "");

        Assert.Equal("ab", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 External events")]
    public async Task The_newest_waiter_is_served_first()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                var older = context.WaitForExternalEvent<string>("Item");
                var newer = context.WaitForExternalEvent<string>("Item");
                return (object?)$"{await newer}{await older}";
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilAsync(id, instance => instance.IsRunning);
        await engine.Client.RaiseEventAsync(id, "Item", "1");
        await engine.Client.RaiseEventAsync(id, "Item", "2");

        Assert.Equal("12", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 Wait for an event with a timeout")]
    public async Task A_wait_that_times_out_is_cancelled()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                try
                {
                    return (object?)await context.WaitForExternalEvent<string>("Never", TimeSpan.FromMinutes(1));
                }
                catch (OperationCanceledException)
                {
                    return "timed out";
                }
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("timed out", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 Wait for an event with a timeout")]
    public async Task An_event_in_time_cancels_the_timer_of_its_wait()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
                (object?)await context.WaitForExternalEvent<string>("Soon", TimeSpan.FromDays(1))),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        await engine.Client.RaiseEventAsync(id, "Soon", "here");

        Assert.Equal("here", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 Types of events")]
    public async Task Waiting_for_one_name_with_two_types_is_refused()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                _ = context.WaitForExternalEvent<string>("Item");
                await context.WaitForExternalEvent<int>("Item");
            }),
        }.StartAsync();

        Assert.Equal(typeof(ArgumentException).FullName, (await engine.RunAsync("Main")).FailureDetails?.ErrorType);
    }

    [Fact]
    [Trait("Honours", "4 SendEvent")]
    public async Task Orchestrations_send_events_to_each_other_and_learn_nothing_of_missing_ones()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Receiver", async context => (object?)await context.WaitForExternalEvent<string>("Mail"))
                .Orchestrator("Sender", context =>
                {
                    context.SendEvent("nobody", "Mail", "lost");
                    context.SendEvent("receiver", "mail", "hello");
                    return Task.CompletedTask;
                }),
        }.StartAsync();
        await engine.ScheduleAsync("Receiver", id: "receiver");
        await engine.UntilAsync("receiver", instance => instance.IsRunning);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Sender")).RuntimeStatus);
        Assert.Equal("hello", (await engine.EndOfAsync("receiver")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "5 Control of unknown and ended instances")]
    public async Task An_event_for_an_unknown_or_ended_instance_is_refused()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", _ => Task.CompletedTask),
        }.StartAsync();
        var end = await engine.RunAsync("Main");

        var unknown = await Assert.ThrowsAsync<RpcException>(() => engine.Client.RaiseEventAsync("nobody", "Go"));
        var ended = await Assert.ThrowsAsync<RpcException>(() => engine.Client.RaiseEventAsync(end.InstanceId, "Go"));

        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, ended.StatusCode);
    }
}
