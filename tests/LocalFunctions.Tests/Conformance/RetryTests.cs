using LocalFunctions.Durable.History;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;

namespace LocalFunctions.Tests.Conformance;

public sealed class RetryTests
{
    private static TestFunctions Failing(TaskOptions options) => new TestFunctions()
        .Activity<int>("Flaky", _ => throw new TimeoutException())
        .Orchestrator("Main", async context =>
        {
            await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Flaky", 1, options));
            return (object?)"given up";
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Honours", "4 Timer after the last attempt")]
    public async Task After_the_last_attempt_one_more_timer_is_started_and_fires_at_once(int attempts)
    {
        await using var engine = await new EngineFixture { Functions = Failing(new TaskOptions(new RetryPolicy(attempts, TimeSpan.FromHours(1)))) }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        if (attempts > 1)
        {
            engine.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal("given up", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        var timers = (await engine.HistoryAsync(id)).Where(happened => happened.EventType == HistoryEventType.TimerCreated).ToList();
        Assert.Equal(attempts, timers.Count);
        Assert.Equal(timers[^1].Timestamp, timers[^1].FireAt);
    }

    [Theory]
    [InlineData("refuses")]
    [InlineData("throws")]
    [Trait("Honours", "4 Retries that stop")]
    public async Task A_predicate_that_refuses_or_throws_ends_the_retries_without_a_timer(string how)
    {
        var policy = new RetryPolicy(5, TimeSpan.FromHours(1))
        {
            HandleFailure = _ => how == "throws" ? throw new InvalidOperationException("of the predicate") : false,
        };
        await using var engine = await new EngineFixture { Functions = Failing(TaskOptions.FromRetryPolicy(policy)) }.StartAsync();

        var end = await engine.RunAsync("Main");

        Assert.Equal("given up", end.ReadOutputAs<string>());
        Assert.DoesNotContain(await engine.HistoryAsync(end.InstanceId), happened => happened.EventType == HistoryEventType.TimerCreated);
    }

    [Fact]
    [Trait("Honours", "4 Retry handlers")]
    public async Task A_handler_may_await_the_context_and_sees_attempts_and_time()
    {
        var seen = new List<(int, TimeSpan)>();
        var options = TaskOptions.FromRetryHandler(async retry =>
        {
            if (!retry.OrchestrationContext.IsReplaying)
            {
                seen.Add((retry.LastAttemptNumber, retry.TotalRetryTime));
            }

            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return retry.LastAttemptNumber < 2;
        });
        await using var engine = await new EngineFixture { Functions = Failing(options) }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromMinutes(5));
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated, 2);
        engine.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("given up", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal([(1, TimeSpan.Zero), (2, TimeSpan.FromMinutes(5))], seen);
    }

    [Fact]
    [Trait("Honours", "4 Options of a call")]
    public void Options_come_from_policies_and_handlers_and_keep_what_they_had()
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1));
        SubOrchestrationOptions named = new TaskOptions(policy, new Dictionary<string, string> { ["a"] = "b" }) { Version = "2" }.WithInstanceId("id");
        TaskRetryOptions handler = (RetryHandler)(_ => true);

        Assert.Equal(("id", policy, "b", "2"), (named.InstanceId, named.Retry!.Policy, named.Tags!["a"], named.Version!.Value.Version));
        Assert.NotNull(handler.Handler);
        Assert.Equal((TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan), (policy.MaxRetryInterval, policy.RetryTimeout));
        Assert.Throws<ArgumentException>(() => new TaskVersion(" "));
        Assert.Equal((TaskName)"Name", (TaskName)"NAME");
    }
}
