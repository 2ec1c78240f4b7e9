using LocalFunctions.Durable.History;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("return")]
    [InlineData("throw")]
    [InlineData("start over")]
    [Trait("Honours", "7 Completion requires no open tasks")]
    public void However_an_orchestrator_ends_its_instance_runs_until_its_tasks_have_ended(string how)
    {
        var turn = new OneTurn(context =>
        {
            _ = context.CallActivityAsync("A");
            if (how == "start over")
            {
                context.ContinueAsNew();
            }

            return how == "throw" ? Task.FromException<object?>(new TimeoutException()) : Task.FromResult<object?>("done");
        });

        var open = turn.Run([], Started);
        var ended = turn.Run([Turn(0), Started, Scheduled(0, "A")], Completed(0, "a"));

        Assert.Equal((OrchestrationRuntimeStatus.Running, false), (open.Status, open.NextGeneration is not null));
        Assert.Equal(
            how switch
            {
                "return" => (OrchestrationRuntimeStatus.Completed, false),
                "throw" => (OrchestrationRuntimeStatus.Failed, false),
                _ => (OrchestrationRuntimeStatus.Running, true),
            },
            (ended.Status, ended.NextGeneration is not null));
    }

    [Fact]
    [Trait("Honours", "7 Completion requires no open tasks")]
    public void A_wait_for_an_event_holds_up_no_end()
    {
        var turn = new OneTurn(context =>
        {
            _ = context.WaitForExternalEvent<string>("Never");
            return Task.FromResult<object?>("done");
        });

        Assert.Equal(OrchestrationRuntimeStatus.Completed, turn.Run([], Started).Status);
    }

    [Fact]
    [Trait("Honours", "7 Continue-as-new")]
    public async Task Starting_over_keeps_the_instance_and_begins_everything_else_again()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<string>("A", input => input)
                .Orchestrator("Child", async context =>
                {
                    var seen = context.GetInput<string>() + context.NewGuid().ToString()[..8] + ";" + context.Parent?.InstanceId + ";" + context.Version + ";";
                    await context.CallActivityAsync("A", seen);
                    if (context.GetInput<string>() == null)
                    {
                        context.ContinueAsNew(seen);
                    }

                    return (object?)seen;
                })
                .Orchestrator("Parent", async context => (object?)await context.CallSubOrchestratorAsync<string>(
                    "Child", options: new SubOrchestrationOptions(new TaskOptions(tags: new Dictionary<string, string> { ["kind"] = "test" }), "child") { Version = "0" })),
        }.StartAsync();
        engine.Versions = engine.Versions with { Default = "1" };
        await engine.CrashAndRestartAsync();

        var end = await engine.RunAsync("Parent", id: "parent");
        var child = await engine.EndOfAsync("child");
        var history = await engine.HistoryAsync("child");

        // The counter of ids and that of actions, but not the parent, the version and the tags.
        var parts = end.ReadOutputAs<string>()!.Split(';');
        Assert.Equal(("parent", "0", "parent", "0", "test"), (parts[1], parts[2], parts[4], parts[5], child.Tags["kind"]));
        Assert.Equal(parts[0], parts[3]);
        Assert.Equal(0, history.Single(happened => happened.EventType == HistoryEventType.TaskScheduled).EventId);
        Assert.Equal([HistoryEventType.OrchestratorStarted, HistoryEventType.ExecutionStarted], history.Take(2).Select(happened => happened.EventType));
    }

    [Fact]
    [Trait("Honours", "7 Continue-as-new")]
    public void Events_that_come_after_the_call_are_taken_along_even_when_the_others_are_dropped()
    {
        var turn = new OneTurn(async context =>
        {
            var call = context.CallActivityAsync("A");
            context.ContinueAsNew("next", preserveUnprocessedEvents: false);
            await call;
            return "ignored";
        });

        var result = turn.Run([Turn(0), Started, Scheduled(0, "A")], Raised("Late", "kept"), Completed(0, "a"));

        Assert.Equal(["Main", "Late"], result.NextGeneration!.Select(happened => happened.Name));
        Assert.Equal(("\"next\"", (string?)null), (result.NextGeneration![0].Input, result.Output));
    }

    [Fact]
    [Trait("Honours", "7 Results of an earlier execution")]
    public async Task A_result_for_an_execution_that_is_gone_does_not_reach_the_new_one()
    {
        var first = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<string>("A", (_, _) =>
                {
                    isRunning.TrySetResult();
                    return Interlocked.Increment(ref runs) == 1 ? first.Task : Task.FromResult<object?>("new");
                })
                .Orchestrator("Main", async context => (object?)(await context.CallActivityAsync<string>("A") + await context.WaitForExternalEvent<string>("Go"))),
        }.StartAsync();
        await engine.ScheduleAsync("Main", id: "one");
        await isRunning.Task.WithinAsync("the activity to run");
        await engine.Client.TerminateInstanceAsync("one");
        await engine.EndOfAsync("one");

        await engine.ScheduleAsync("Main", id: "one");
        await engine.UntilHistoryAsync("one", HistoryEventType.TaskCompleted);
        first.SetResult("old");
        await engine.Client.RaiseEventAsync("one", "Go", "!");

        Assert.Equal("new!", (await engine.EndOfAsync("one")).ReadOutputAs<string>());
        Assert.Single(await engine.HistoryAsync("one"), happened => happened.EventType == HistoryEventType.TaskCompleted);
    }
}
