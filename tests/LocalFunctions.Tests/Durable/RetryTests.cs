using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class RetryTests
{
    private static readonly RetryPolicy ThreeAttempts = new(3, TimeSpan.FromSeconds(10), backoffCoefficient: 3);

    private static TestFunctions Failing(int failures, TaskOptions options)
    {
        var attempts = 0;
        return new TestFunctions()
            .Activity<int>("Flaky", _ => Interlocked.Increment(ref attempts) <= failures ? throw new TimeoutException($"attempt {attempts}") : attempts)
            .Orchestrator("Main", async context => (object?)await context.CallActivityAsync<int>("Flaky", 1, options));
    }

    [Fact]
    [Trait("Honours", "4 Retry policies")]
    public async Task Retries_pause_by_durable_timers_that_grow_by_the_coefficient()
    {
        await using var engine = await new EngineFixture { Functions = Failing(2, TaskOptions.FromRetryPolicy(ThreeAttempts)) }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromSeconds(10));
        var history = await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated, 2);
        engine.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(3, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
        Assert.Equal(
            [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)],
            history.Where(happened => happened.EventType == HistoryEventType.TimerCreated).Select(timer => timer.FireAt!.Value - timer.Timestamp));
    }

    [Fact]
    [Trait("Honours", "4 Retry policies")]
    public async Task After_the_last_attempt_the_last_failure_is_thrown()
    {
        await using var engine = await new EngineFixture { Functions = Failing(9, new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1)))) }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromSeconds(1));

        var end = await engine.EndOfAsync(id);

        Assert.Equal("attempt 2", end.FailureDetails?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    [Trait("Honours", "4 Retries that stop")]
    public async Task A_failure_that_the_policy_does_not_handle_is_not_retried()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1)) { HandleFailure = failure => !failure.IsCausedBy<TimeoutException>() };
        await using var engine = await new EngineFixture { Functions = Failing(9, TaskOptions.FromRetryPolicy(policy)) }.StartAsync();

        Assert.Equal("attempt 1", (await engine.RunAsync("Main")).FailureDetails?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    [Trait("Honours", "4 Retries that stop")]
    public async Task After_the_timeout_nothing_is_retried()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(60), retryTimeout: TimeSpan.FromSeconds(60));
        await using var engine = await new EngineFixture { Functions = Failing(9, TaskOptions.FromRetryPolicy(policy)) }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("attempt 2", (await engine.EndOfAsync(id)).FailureDetails?.InnerFailure?.ErrorMessage);
    }

    [Fact]
    [Trait("Honours", "4 Retry handlers")]
    public async Task A_handler_decides_without_pause_and_sees_what_failed()
    {
        var options = TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3 && retry.LastFailure.IsCausedBy<TimeoutException>());
        await using var engine = await new EngineFixture { Functions = Failing(2, options) }.StartAsync();

        Assert.Equal(3, (await engine.RunAsync("Main")).ReadOutputAs<int>());
    }

    [Fact]
    [Trait("Honours", "4 Retry policies")]
    public void A_policy_that_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(0, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.FromSeconds(1), 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.FromSeconds(2), 1, TimeSpan.FromSeconds(1)));
    }
}
