using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class SubOrchestrationTests
{
    [Fact]
    [Trait("Honours", "7 Tags")]
    public async Task A_child_returns_its_result_and_knows_its_parent_and_the_tags()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context => Task.FromResult<object?>($"{context.GetInput<int>()} of {context.Parent!.InstanceId} ({context.Parent.Name})"))
                .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<string>("Child", 7, new SubOrchestrationOptions(instanceId: "child"))),
        }.StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Parent", input: null, new StartOrchestrationOptions("parent") { Tags = new Dictionary<string, string> { ["kind"] = "backup" } });

        Assert.Equal("7 of parent (Parent)", (await engine.EndOfAsync("parent")).ReadOutputAs<string>());
        Assert.Equal("backup", (await engine.EndOfAsync("child")).Tags["kind"]);
    }

    [Fact]
    [Trait("Honours", "4 Ids of sub-orchestrations")]
    public async Task A_child_without_id_gets_one_from_the_counter_of_its_parent()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context => Task.FromResult<object?>(context.InstanceId))
                .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<string>("Child")),
        }.StartAsync();

        var end = await engine.RunAsync("Parent", id: "abc");

        Assert.Equal("120344a552ef5c4c8ffc0e4fcc02f1bb", end.ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Failures and their causes")]
    public async Task A_failure_keeps_its_type_message_and_causes_through_parents()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Break", _ => throw new InvalidDataException("outer", new TimeoutException("cause")))
                .Orchestrator("Child", context => context.CallActivityAsync("Break"))
                .Orchestrator("Parent", context => context.CallSubOrchestratorAsync("Child")),
        }.StartAsync();

        var failure = (await engine.RunAsync("Parent")).FailureDetails;

        Assert.Equal("Microsoft.DurableTask.TaskFailedException", failure?.ErrorType);
        var child = failure?.InnerFailure;
        Assert.Equal("Task 'Break' (#0) failed with an unhandled exception: outer", child?.ErrorMessage);
        Assert.True(child?.InnerFailure?.IsCausedBy<SystemException>());
        Assert.Contains(nameof(A_failure_keeps_its_type_message_and_causes_through_parents), child?.InnerFailure?.StackTrace, StringComparison.Ordinal);
        Assert.Equal("cause", child?.InnerFailure?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    [Trait("Honours", "4 Ids of sub-orchestrations")]
    public async Task Retries_of_a_child_use_the_same_id()
    {
        var seen = new List<string>();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context =>
                {
                    seen.Add(context.InstanceId);
                    return seen.Count < 2 ? throw new TimeoutException() : Task.FromResult<object?>("well");
                })
                .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<string>(
                    "Child", options: new SubOrchestrationOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1))))),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Parent");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("well", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, seen.Count);
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    [Trait("Honours", "7 Terminate")]
    public async Task A_terminated_child_is_a_failure_for_its_parent()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context => context.WaitForExternalEvent<int>("Never"))
                .Orchestrator("Parent", context => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child"))),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Parent");
        await engine.UntilHistoryAsync("child", HistoryEventType.ExecutionStarted);
        await engine.Client.TerminateInstanceAsync("child", "enough");

        Assert.Contains("enough", (await engine.EndOfAsync(id)).FailureDetails?.InnerFailure?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "4 Ids of sub-orchestrations")]
    public async Task A_child_whose_id_is_taken_by_a_running_instance_fails()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Child", context => context.WaitForExternalEvent<int>("Never"))
                .Orchestrator("Parent", context => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child"))),
        }.StartAsync();
        await engine.ScheduleAsync("Child", id: "child");

        Assert.Contains("already exists", (await engine.RunAsync("Parent")).FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }
}
