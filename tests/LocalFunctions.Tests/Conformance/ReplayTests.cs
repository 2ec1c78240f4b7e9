using LocalFunctions.Durable.History;
using LocalFunctions.Tests.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using static LocalFunctions.Tests.Conformance.OneTurn;

namespace LocalFunctions.Tests.Conformance;

public sealed class ReplayTests
{
    [Fact]
    [Trait("Honours", "4 IsReplaying and CurrentUtcDateTime")]
    public void The_past_is_replayed_at_its_own_times_and_the_present_is_not()
    {
        var seen = new List<(bool IsReplaying, int Minute)>();
        var turn = new OneTurn(async context =>
        {
            Look();
            await context.CallActivityAsync("A");
            Look();
            await context.CallActivityAsync("B");
            Look();
            return null;

            void Look() => seen.Add((context.IsReplaying, (int)(context.CurrentUtcDateTime - Noon.UtcDateTime).TotalMinutes));
        });

        turn.Run([Turn(1), Started, Scheduled(0, "A"), Turn(2), Completed(0, "a"), Scheduled(1, "B")], Completed(1, "b"));

        Assert.Equal([(true, 1), (true, 2), (false, 60)], seen);
    }

    [Fact]
    [Trait("Honours", "7 Events of one turn")]
    public void Each_event_of_a_turn_runs_what_waits_for_it_before_the_next_one_is_looked_at()
    {
        var steps = new List<string>();
        var turn = new OneTurn(async context =>
        {
            await Task.WhenAll(FollowAsync("A", "B"), FollowAsync("X", "Y"));
            return null;

            async Task FollowAsync(string first, string second)
            {
                steps.Add(await context.WaitForExternalEvent<string>(first));
                steps.Add(await context.WaitForExternalEvent<string>(second));
            }
        });

        turn.Run([Turn(0), Started], Raised("X", "1"), Raised("A", "2"), Raised("Y", "3"), Raised("B", "4"));

        Assert.Equal(["1", "2", "3", "4"], steps);
    }

    [Fact]
    [Trait("Honours", "7 WhenAny")]
    public void The_winner_of_a_race_is_the_first_in_the_history()
    {
        var turn = new OneTurn(async context =>
        {
            var calls = new[] { context.CallActivityAsync<string>("A"), context.CallActivityAsync<string>("B") };
            var winner = await await Task.WhenAny(calls);
            await Task.WhenAll(calls);
            return winner;
        });
        HistoryEvent[] past = [Turn(0), Started, Scheduled(0, "A"), Scheduled(1, "B")];

        Assert.Equal("\"b\"", turn.Run(past, Completed(1, "b"), Completed(0, "a")).Output);
        Assert.Equal("\"a\"", turn.Run(past, Completed(0, "a"), Completed(1, "b")).Output);
    }

    [Fact]
    [Trait("Honours", "7 Fan-out")]
    public void Results_are_in_the_order_of_the_calls_whatever_came_first()
    {
        var turn = new OneTurn(async context => string.Concat(await Task.WhenAll(context.CallActivityAsync<string>("A"), context.CallActivityAsync<string>("B"))));

        Assert.Equal("\"ab\"", turn.Run([Turn(0), Started, Scheduled(0, "A"), Scheduled(1, "B")], Completed(1, "b"), Completed(0, "a")).Output);
    }

    [Fact]
    [Trait("Honours", "7 Duplicate and unknown results")]
    public void A_result_of_a_finished_or_unknown_task_is_ignored()
    {
        var turn = new OneTurn(async context => await context.CallActivityAsync<string>("A") + await context.CallActivityAsync<string>("B"));

        var result = turn.Run([Turn(0), Started, Scheduled(0, "A")], Completed(0, "a"), Completed(0, "again"), Completed(7, "unknown"));

        Assert.Equal((OrchestrationRuntimeStatus.Running, "B"), (result.Status, Assert.Single(result.Actions).Name));
    }

    [Fact]
    [Trait("Honours", "7 Action ids")]
    public void Every_kind_of_action_takes_the_next_id_of_one_counter()
    {
        var turn = new OneTurn(context =>
        {
            _ = context.CallActivityAsync("A");
            _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            context.SendEvent("other", "E", "x");
            _ = context.CallSubOrchestratorAsync("Child");
            return Task.FromResult<object?>(null);
        });

        var actions = turn.Run([], Started).Actions;

        Assert.Equal(
            [
                (0, HistoryEventType.TaskScheduled), (1, HistoryEventType.TimerCreated), (2, HistoryEventType.EventSent),
                (3, HistoryEventType.SubOrchestrationInstanceCreated),
            ],
            actions.Select(action => (action.EventId, action.EventType)));
    }

    [Theory]
    [InlineData("A", "input and version may change")]
    [InlineData("a", "names are compared without regard to case")]
    [Trait("Honours", "7 Determinism")]
    public void Only_id_kind_and_name_of_an_action_are_compared(string name, string why)
    {
        var turn = new OneTurn(async context => await context.CallActivityAsync<string>(name, why) + await context.CallActivityAsync<string>("New"));

        var result = turn.Run([Turn(0), Started, Scheduled(0, "A")], Completed(0, "a"));

        Assert.Equal((OrchestrationRuntimeStatus.Running, 1), (result.Status, Assert.Single(result.Actions).EventId));
    }

    [Fact]
    [Trait("Honours", "4 Another thread")]
    public async Task A_call_of_the_context_from_another_thread_is_refused()
    {
        Task? foreign = null;
        var turn = new OneTurn(async context =>
        {
            foreign = Task.Run(() => context.CallActivityAsync("A"));
            await context.WaitForExternalEvent<string>("Go");
            return null;
        });

        turn.Run([], Started);

        Assert.StartsWith("An invalid asynchronous invocation", (await Assert.ThrowsAsync<InvalidOperationException>(() => foreign!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "4 Replay-safe logger")]
    public void A_replay_safe_logger_is_enabled_as_its_inner_one_and_keeps_scopes()
    {
        using var log = new CapturedLog();
        using var loggers = log.ToFactory();
        var isEnabled = new List<bool>();
        var turn = new OneTurn(async context =>
        {
            var logger = context.CreateReplaySafeLogger<ReplayTests>();
            isEnabled.Add(logger.IsEnabled(LogLevel.Error));
            using (logger.BeginScope("scope"))
            {
                await context.CallActivityAsync("A");
            }

            return null;
        })
        { Loggers = loggers };

        turn.Run([Turn(0), Started, Scheduled(0, "A")], Completed(0, "a"));

        Assert.Equal([true], isEnabled);
    }
}
