using Grpc.Core;
using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class ControlTests
{
    private static TestFunctions Waiting() => new TestFunctions()
        .Activity<int>("Work", _ => "worked")
        .Orchestrator("Main", async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.WaitForExternalEvent<int>("Go");
            context.SetCustomStatus(null);
            return (object?)await context.CallActivityAsync<string>("Work");
        });

    [Fact]
    [Trait("Honours", "7 Suspend and resume")]
    public async Task A_suspended_instance_keeps_what_comes_and_goes_on_when_resumed()
    {
        await using var engine = await new EngineFixture { Functions = Waiting() }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.Client.SuspendInstanceAsync(id, "wait");
        await engine.UntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.RaiseEventAsync(id, "Go", 1);
        await engine.UntilHistoryAsync(id, HistoryEventType.EventRaised);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync(id))?.RuntimeStatus);
        Assert.DoesNotContain(await engine.HistoryAsync(id), happened => happened.EventType == HistoryEventType.TaskScheduled);

        await engine.Client.ResumeInstanceAsync(id, "go");

        Assert.Equal("worked", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Terminate")]
    public async Task A_terminated_instance_has_the_given_output_and_runs_no_more_code()
    {
        await using var engine = await new EngineFixture { Functions = Waiting() }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilAsync(id, instance => instance.SerializedCustomStatus == """{"Step":1}""");

        await engine.Client.TerminateInstanceAsync(id, "stopped by hand");

        var end = await engine.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("stopped by hand", end.ReadOutputAs<string>());
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => engine.Client.SuspendInstanceAsync(id))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => engine.Client.TerminateInstanceAsync("nobody"))).StatusCode);
    }

    [Fact]
    [Trait("Honours", "4 Custom status")]
    public async Task A_custom_status_is_seen_until_it_is_cleared()
    {
        await using var engine = await new EngineFixture { Functions = Waiting() }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilAsync(id, instance => instance.SerializedCustomStatus == """{"Step":1}""");
        await engine.Client.RaiseEventAsync(id, "Go", 1);

        Assert.Equal("null", (await engine.EndOfAsync(id)).SerializedCustomStatus);
    }

    [Fact]
    [Trait("Honours", "5 Purge")]
    public async Task Only_ended_instances_can_be_purged_and_then_nothing_is_left()
    {
        await using var engine = await new EngineFixture { Functions = Waiting() }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.PurgeInstanceAsync(id));
        await engine.Client.RaiseEventAsync(id, "Go", 1);
        await engine.EndOfAsync(id);

        Assert.Equal(1, (await engine.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync(id));
        Assert.Null(await engine.Engine.GetHistoryAsync(id, CancellationToken.None));
    }

    [Fact]
    [Trait("Honours", "5 Purge")]
    public async Task A_purge_by_filter_takes_ended_instances_of_the_time_only()
    {
        await using var engine = await new EngineFixture
        {
            Functions = Waiting().Orchestrator("Quick", _ => Task.CompletedTask),
        }.StartAsync();
        await engine.ScheduleAsync("Main", id: "running");
        await engine.RunAsync("Quick", id: "old");
        engine.Time.Advance(TimeSpan.FromDays(31));
        await engine.RunAsync("Quick", id: "new");

        var purged = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: engine.Time.GetUtcNow().AddDays(-30)));

        Assert.Equal(1, purged.PurgedInstanceCount);
        Assert.Equal(["running", "new"], await engine.Client.GetAllInstancesAsync().Select(instance => instance.InstanceId).ToListAsync());
    }

    [Fact]
    [Trait("Honours", "5 Restart")]
    public async Task A_restart_runs_the_same_input_again()
    {
        await using var engine = await new EngineFixture
        {
            Functions = Waiting().Orchestrator("Echo", context => Task.FromResult<object?>(context.GetInput<string>())),
        }.StartAsync();
        var first = await engine.RunAsync("Echo", "again", "echo");

        Assert.Equal("echo", await engine.Client.RestartAsync("echo"));
        var other = await engine.Client.RestartAsync("echo", restartWithNewInstanceId: true);

        Assert.NotEqual(first.InstanceId, other);
        Assert.Equal("again", (await engine.EndOfAsync(other)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.RestartAsync("nobody"));
        await engine.ScheduleAsync("Main", id: "running");
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RestartAsync("running"));
    }
}
