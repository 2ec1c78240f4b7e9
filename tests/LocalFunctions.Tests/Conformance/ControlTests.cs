using Grpc.Core;
using LocalFunctions.Durable.History;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class ControlTests
{
    [Fact]
    [Trait("Honours", "7 Terminate")]
    public async Task A_terminated_orchestrator_is_not_unwound_its_activities_go_on_and_its_children_live()
    {
        var finish = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isUnwound = false;
        var hasFinished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<string>("Slow", async (_, cancellation) =>
                {
                    isRunning.SetResult();
                    var result = await finish.Task.WithinAsync("the test to let the activity end");
                    hasFinished.SetResult();
                    return cancellation.IsCancellationRequested ? throw new OperationCanceledException() : result;
                })
                .Orchestrator("Child", context => context.WaitForExternalEvent<string>("Go"))
                .Orchestrator("Main", async context =>
                {
                    try
                    {
                        await Task.WhenAll(
                            context.CallActivityAsync("Slow"), context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child")));
                    }
                    finally
                    {
                        isUnwound = true;
                    }
                }),
        }.StartAsync();
        await engine.ScheduleAsync("Main", id: "main");
        await isRunning.Task.WithinAsync("the activity to run");
        await engine.UntilAsync("child", instance => instance.IsRunning);

        await engine.Client.TerminateInstanceAsync("main", new { Why = "enough" });
        var end = await engine.EndOfAsync("main");
        finish.SetResult("late");
        await hasFinished.Task.WithinAsync("the activity to end");
        await engine.Client.RaiseEventAsync("child", "Go", "on");

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, """{"Why":"enough"}"""), (end.RuntimeStatus, end.SerializedOutput));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync("child")).RuntimeStatus);
        Assert.False(isUnwound);
        Assert.DoesNotContain(await engine.HistoryAsync("main"), happened => happened.EventType == HistoryEventType.TaskCompleted);
    }

    [Fact]
    [Trait("Honours", "7 Terminate")]
    public async Task A_termination_beats_a_new_start_in_the_same_turn()
    {
        using var gate = new ManualResetEventSlim();
        var turns = 0;
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                Interlocked.Increment(ref turns);
                gate.Within("the test to let the orchestrator go on");
                await context.WaitForExternalEvent<string>("Go");
                context.ContinueAsNew();
            }),
        }.StartAsync();
        await engine.ScheduleAsync("Main", id: "one");

        // Both are there before the next turn can begin.
        await engine.Client.RaiseEventAsync("one", "Go", "on");
        await engine.Client.TerminateInstanceAsync("one");
        gate.Set();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.EndOfAsync("one")).RuntimeStatus);
        Assert.InRange(turns, 0, 1);
    }

    [Fact]
    [Trait("Honours", "7 Suspend and resume")]
    public void What_comes_while_suspended_waits_and_is_delivered_in_its_order()
    {
        var steps = new List<string>();
        var turn = new OneTurn(async context =>
        {
            steps.Add(await context.WaitForExternalEvent<string>("Item"));
            steps.Add(await context.WaitForExternalEvent<string>("Item"));
            await context.CallActivityAsync("A");
            return null;
        });
        var suspended = new HistoryEvent(HistoryEventType.ExecutionSuspended, -1, Noon) { Reason = "lunch" };
        var resumed = new HistoryEvent(HistoryEventType.ExecutionResumed, -1, Noon) { Reason = "back" };
        HistoryEvent[] past = [Turn(0), Started, suspended, Turn(1), Raised("Item", "1")];

        var held = turn.Run(past, Raised("Item", "2"));
        Assert.Equal((OrchestrationRuntimeStatus.Suspended, 0, 0), (held.Status, held.Actions.Count, steps.Count));

        var on = turn.Run(past, Raised("Item", "2"), resumed);
        Assert.Equal(["1", "2"], steps);
        Assert.Equal((OrchestrationRuntimeStatus.Running, "A"), (on.Status, Assert.Single(on.Actions).Name));
    }

    [Fact]
    [Trait("Honours", "7 Suspend and resume")]
    public void Actions_of_the_turn_that_suspends_are_sent_when_it_is_resumed()
    {
        var turn = new OneTurn(async context =>
        {
            await context.WaitForExternalEvent<string>("Go");
            await context.CallActivityAsync("A");
            return null;
        });
        var suspended = new HistoryEvent(HistoryEventType.ExecutionSuspended, -1, Noon);
        var resumed = new HistoryEvent(HistoryEventType.ExecutionResumed, -1, Noon);

        Assert.Empty(turn.Run([Turn(0), Started], Raised("Go", "x"), suspended).Actions);
        Assert.Equal("A", Assert.Single(turn.Run([Turn(0), Started, Turn(1), Raised("Go", "x"), suspended], resumed).Actions).Name);
    }

    [Fact]
    [Trait("Honours", "5 Control of unknown and ended instances")]
    public async Task Unknown_instances_are_not_found_and_ended_ones_fail_the_precondition()
    {
        await using var engine = await new EngineFixture { Functions = new TestFunctions().Orchestrator("Main", _ => Task.CompletedTask) }.StartAsync();
        await engine.RunAsync("Main", id: "ended");
        Func<string, Task>[] commands =
        [
            id => engine.Client.TerminateInstanceAsync(id), id => engine.Client.SuspendInstanceAsync(id), id => engine.Client.ResumeInstanceAsync(id),
            id => engine.Client.RaiseEventAsync(id, "E"),
        ];

        foreach (var command in commands)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => command("nobody"))).StatusCode);
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => command("ended"))).StatusCode);
        }
    }
}
