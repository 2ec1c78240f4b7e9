using LocalFunctions.Durable.History;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class FailureTests
{
    [Fact]
    [Trait("Honours", "7 Failures and their causes")]
    public void A_failure_tells_type_message_stack_and_all_causes()
    {
        var turn = new OneTurn(_ => throw new InvalidDataException("outer", new InvalidOperationException("middle", new TimeoutException("inner"))));

        var failure = turn.Run([], Started).Failure!;

        Assert.Equal("System.IO.InvalidDataException: outer", failure.ToString());
        Assert.Contains(nameof(A_failure_tells_type_message_stack_and_all_causes), failure.StackTrace, StringComparison.Ordinal);
        Assert.Equal(("middle", "System.TimeoutException: inner"), (failure.InnerFailure?.ErrorMessage, failure.InnerFailure?.InnerFailure?.ToString()));
    }

    [Fact]
    [Trait("Honours", "7 Failures and their causes")]
    public void A_failed_task_is_an_exception_that_names_it_and_keeps_its_details()
    {
        var details = new TaskFailureDetails("System.TimeoutException", "too late", StackTrace: null, InnerFailure: null, Properties: null);
        var turn = new OneTurn(async context =>
        {
            var failed = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("A"));
            Assert.Equal(("A", 0, details), (failed.TaskName, failed.TaskId, failed.FailureDetails));
            throw failed;
        });

        var failure = turn.Run([Turn(0), Started, Scheduled(0, "A")], new HistoryEvent(HistoryEventType.TaskFailed, -1, Noon) { TaskId = 0, Failure = details }).Failure!;

        Assert.Equal("Microsoft.DurableTask.TaskFailedException: Task 'A' (#0) failed with an unhandled exception: too late", failure.ToString());
        Assert.Equal(details, failure.InnerFailure);
    }

    [Fact]
    [Trait("Honours", "7 OutOfMemoryException")]
    public async Task An_orchestrator_that_ran_out_of_memory_is_tried_again_and_has_not_failed()
    {
        var attempts = 0;
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", _ =>
                Task.FromResult<object?>(Interlocked.Increment(ref attempts) == 1 ? new string('x', int.MaxValue) : "enough now")),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");

        await Waiting.UntilAsync("the retries to be over", async () =>
        {
            engine.Time.Advance(TimeSpan.FromSeconds(10));
            return (await engine.Client.GetInstanceAsync(id))!.IsCompleted;
        });

        Assert.Equal(("enough now", 2), ((await engine.EndOfAsync(id)).ReadOutputAs<string>(), attempts));
    }

    [Fact]
    [Trait("Honours", "8 Actions of one turn")]
    public async Task An_orchestrator_that_sets_going_without_awaiting_fails_and_nothing_of_it_happens()
    {
        var runs = 0;
        await using var engine = await new EngineFixture
        {
            MaxActionsPerTurn = 50,
            Functions = new TestFunctions()
                .Activity<int>("A", _ => Interlocked.Increment(ref runs))
                .Orchestrator("Endless", context =>
                {
                    while (true)
                    {
                        _ = context.CallActivityAsync("A");
                        context.SendEvent("nobody", "E", 1);
                    }
                })
                .Orchestrator("Other", async context => (object?)await context.CallActivityAsync<int>("A")),
        }.StartAsync();

        var end = await engine.RunAsync("Endless");

        Assert.Contains("more than 50 actions", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, (await engine.RunAsync("Other")).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData("Activity", "(unknown)")]
    [InlineData("Child", "The function 'Nobody' doesn't exist, is disabled, or is not an orchestrator function.")]
    [Trait("Honours", "7 Unknown functions")]
    public async Task A_call_of_a_function_that_is_not_there_fails(string kind, string message)
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                var failed = await Assert.ThrowsAsync<TaskFailedException>(() =>
                    kind == "Child" ? context.CallSubOrchestratorAsync("Nobody") : context.CallActivityAsync("Nobody"));
                return (object?)failed.FailureDetails.ErrorMessage;
            }),
        }.StartAsync();

        Assert.Equal(message, (await engine.RunAsync("Main")).ReadOutputAs<string>());
    }
}
