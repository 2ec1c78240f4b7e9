using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class CallTests
{
    [Fact]
    [Trait("Honours", "7 Names of functions")]
    public async Task An_activity_gets_its_input_and_its_result_is_the_output()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<string>("Greet", name => $"Hello {name}")
                .Orchestrator("Hello", async context => (object?)await context.CallActivityAsync<string>("greet", context.GetInput<string>())),
        }.StartAsync();

        var end = await engine.RunAsync("HELLO", "world");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("Hello world", end.ReadOutputAs<string>());
        Assert.Equal("world", end.ReadInputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Events of a history")]
    public async Task A_history_has_the_official_events_in_the_official_order()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Double", number => number * 2)
                .Orchestrator("Main", async context => (object?)await context.CallActivityAsync<int>("Double", 21)),
        }.StartAsync();

        var end = await engine.RunAsync("Main");

        Assert.Equal(
            [
                HistoryEventType.OrchestratorStarted, HistoryEventType.ExecutionStarted, HistoryEventType.TaskScheduled, HistoryEventType.OrchestratorCompleted,
                HistoryEventType.OrchestratorStarted, HistoryEventType.TaskCompleted, HistoryEventType.ExecutionCompleted, HistoryEventType.OrchestratorCompleted,
            ],
            (await engine.HistoryAsync(end.InstanceId)).Select(happened => happened.EventType));
        Assert.Equal(42, end.ReadOutputAs<int>());
    }

    [Fact]
    [Trait("Honours", "7 Fan-out")]
    public async Task Results_of_a_fan_out_are_in_the_order_of_the_calls()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Square", number => number * number)
                .Orchestrator("Fan", async context =>
                    (object?)await Task.WhenAll(Enumerable.Range(0, 200).Select(number => context.CallActivityAsync<int>("Square", number)))),
        }.StartAsync();

        var end = await engine.RunAsync("Fan");

        Assert.Equal(Enumerable.Range(0, 200).Select(number => number * number), end.ReadOutputAs<int[]>());
    }

    [Fact]
    [Trait("Honours", "8 Concurrency")]
    public async Task Activities_run_in_parallel_up_to_the_maximum_and_not_beyond()
    {
        var running = 0;
        var most = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await new EngineFixture
        {
            MaxActivities = 3,
            Functions = new TestFunctions()
                .Activity<int>("Work", async (_, _) =>
                {
                    var now = Interlocked.Increment(ref running);
                    InterlockedMax(ref most, now);
                    if (now == 3)
                    {
                        gate.TrySetResult();
                    }

                    await gate.Task.WithinAsync("three activities to run at once");
                    Interlocked.Decrement(ref running);
                    return null;
                })
                .Orchestrator("Fan", context => Task.WhenAll(Enumerable.Range(0, 12).Select(number => context.CallActivityAsync("Work", number)))),
        }.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Fan")).RuntimeStatus);

        Assert.Equal(3, most);
    }

    [Fact]
    [Trait("Honours", "5 Unknown and disabled orchestrators")]
    public async Task An_unknown_orchestrator_makes_a_failed_instance_that_says_so()
    {
        await using var engine = await new EngineFixture().StartAsync();

        var end = await engine.RunAsync("Nobody");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("The function 'Nobody' doesn't exist, is disabled, or is not an orchestrator function", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "7 Unknown functions")]
    public async Task An_unknown_activity_fails_its_call_as_unknown()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                var failure = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Nobody"));
                return (object?)failure.FailureDetails.ErrorType;
            }),
        }.StartAsync();

        Assert.Equal("(unknown)", (await engine.RunAsync("Main")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 Options as input")]
    public async Task Task_options_passed_as_input_are_refused()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", context => context.CallActivityAsync("Any", (object)new TaskOptions())),
        }.StartAsync();

        var end = await engine.RunAsync("Main");

        Assert.Equal(typeof(ArgumentException).FullName, end.FailureDetails?.ErrorType);
    }

    [Fact]
    [Trait("Honours", "7 Limit of payloads")]
    public async Task A_payload_above_the_limit_is_refused_with_a_hint()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<string>("Big", _ => new string('x', 2_000_000))
                .Orchestrator("Main", context => context.CallActivityAsync("Big")),
        }.StartAsync();

        var end = await engine.RunAsync("Main");

        Assert.Contains("Store the data elsewhere", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => engine.ScheduleAsync("Main", new string('x', 2_000_000)));
    }

    [Fact]
    [Trait("Honours", "4 Awaiting anything else")]
    public async Task An_orchestrator_that_awaits_anything_but_its_context_fails_and_says_why()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", _ => new TaskCompletionSource().Task),
        }.StartAsync();

        var end = await engine.RunAsync("Main");

        Assert.StartsWith("An invalid asynchronous invocation was detected", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "7 Completion requires no open tasks")]
    public async Task An_orchestration_does_not_end_while_a_task_of_its_is_open()
    {
        var gate = new TaskCompletionSource();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Slow", async (_, _) =>
                {
                    await gate.Task.WithinAsync("the test to let the activity end");
                    return null;
                })
                .Orchestrator("Main", context =>
                {
                    _ = context.CallActivityAsync("Slow");
                    return Task.FromResult<object?>("returned");
                }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TaskScheduled);

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id))?.RuntimeStatus);

        gate.SetResult();
        Assert.Equal("returned", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
