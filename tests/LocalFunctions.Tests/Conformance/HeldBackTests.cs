using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask.Client;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

/// <summary>Where the official executor alone would lose events or their order (docs/decisions/0062).</summary>
public sealed class HeldBackTests
{
    private static readonly HistoryEvent Suspended = new(HistoryEventType.ExecutionSuspended, -1, Noon);
    private static readonly HistoryEvent Resumed = new(HistoryEventType.ExecutionResumed, -1, Noon);

    [Fact]
    [Trait("Honours", "7 Suspend and resume")]
    public void An_orchestration_that_starts_over_in_the_turn_that_suspends_it_does_so_after_its_resumption_and_loses_no_event()
    {
        var turn = new OneTurn(async context =>
        {
            await context.WaitForExternalEvent<string>("Go");
            context.ContinueAsNew("next");
            return null;
        });
        HistoryEvent[] arrived = [Raised("Go", "on"), Suspended, Raised("Item", "kept")];

        var held = turn.Run([Turn(0), Started], arrived);
        var over = turn.Run([Turn(0), Started, Turn(1), .. arrived], Resumed);

        Assert.Equal((OrchestrationRuntimeStatus.Suspended, 0), (held.Status, held.Actions.Count));
        Assert.Null(held.NextGeneration);
        Assert.Equal(["Main", "\"kept\""], Next(over));
    }

    [Fact]
    [Trait("Honours", "4 Events carried over")]
    public void Events_that_were_not_consumed_keep_their_order_while_a_continue_as_new_waits_for_a_task()
    {
        var turn = new OneTurn(async context =>
        {
            _ = context.CallActivityAsync<string>("A");
            await context.WaitForExternalEvent<string>("Go");
            context.ContinueAsNew();
            return null;
        });
        HistoryEvent[] past = [Turn(0), Started, Scheduled(0, "A")];
        HistoryEvent[] arrived = [Raised("Item", "first"), Raised("Go", "on"), Raised("Item", "second")];

        var waiting = turn.Run(past, arrived);
        var over = turn.Run([.. past, Turn(1), .. arrived], Raised("Item", "third"), Completed(0, "a"));

        Assert.Equal((OrchestrationRuntimeStatus.Running, 0), (waiting.Status, waiting.Actions.Count));
        Assert.Equal(["Main", "\"first\"", "\"second\"", "\"third\""], Next(over));
    }

    private static IEnumerable<string?> Next(TurnResult result) =>
        result.NextGeneration!.Select(happened => happened.EventType == HistoryEventType.ExecutionStarted ? happened.Name : happened.Input);
}
