using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class ExternalEventTests
{
    [Fact]
    [Trait("Honours", "4 Cancelled waits for events")]
    public void An_event_that_meets_a_cancelled_wait_reaches_the_older_wait()
    {
        var turn = new OneTurn(async context =>
        {
            var older = context.WaitForExternalEvent<string>("Item");
            using var end = new CancellationTokenSource();
            var newer = context.WaitForExternalEvent<string>("Item", end.Token);
            end.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => newer);
            return await older;
        });

        Assert.Equal("\"first\"", turn.Run([Turn(0), Started], Raised("Item", "first"), Raised("Item", "second")).Output);
    }

    [Fact]
    [Trait("Honours", "4 Types of events")]
    public void A_cancelled_wait_of_another_type_is_still_in_the_way()
    {
        var turn = new OneTurn(async context =>
        {
            using var end = new CancellationTokenSource();
            _ = context.WaitForExternalEvent<int>("Item", end.Token);
            end.Cancel();
            return await context.WaitForExternalEvent<string>("Item");
        });

        Assert.Equal(typeof(ArgumentException).FullName, turn.Run([], Started).Failure?.ErrorType);
    }

    [Fact]
    [Trait("Honours", "4 Types of events")]
    public void A_payload_that_is_not_of_the_awaited_type_fails_the_wait()
    {
        var turn = new OneTurn(async context => await context.WaitForExternalEvent<int>("Number"));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, turn.Run([Turn(0), Started], Raised("Number", "many")).Status);
    }

    [Theory]
    [InlineData("event")]
    [InlineData("child")]
    [Trait("Honours", "4 Ids of entities")]
    public void Ids_that_belong_to_entities_are_refused(string what)
    {
        var turn = new OneTurn(async context =>
        {
            if (what == "event")
            {
                context.SendEvent("@counter@one", "Add", 1);
            }

            await context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "@counter@one"));
            return null;
        });

        var end = turn.Run([], Started);

        Assert.Equal((typeof(ArgumentException).FullName, 0), (end.Failure?.ErrorType, end.Actions.Count));
    }

    [Fact]
    [Trait("Honours", "4 Wait for an event with a timeout")]
    public void A_wait_that_is_cancelled_from_outside_does_not_hold_up_the_end()
    {
        var turn = new OneTurn(async context =>
        {
            using var end = new CancellationTokenSource();
            var wait = context.WaitForExternalEvent<string>("Never", TimeSpan.FromHours(5), end.Token);
            end.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
            return "over";
        });

        var result = turn.Run([], Started);

        Assert.Equal("\"over\"", result.Output);
        Assert.Equal(HistoryEventType.TimerCreated, Assert.Single(result.Actions).EventType);
    }
}
