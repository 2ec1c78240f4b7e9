using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class StartTests
{
    private static TestFunctions Both() => new TestFunctions()
        .Orchestrator("Quick", context => Task.FromResult<object?>(context.GetInput<string>()))
        .Orchestrator("Wait", context => context.WaitForExternalEvent<int>("Go"));

    [Fact]
    [Trait("Honours", "5 Ids used again")]
    public async Task An_id_in_use_is_refused_and_that_of_an_ended_instance_is_used_again()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();
        await engine.ScheduleAsync("Wait", id: "one");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.ScheduleAsync("Quick", id: "one"));
        await engine.Client.RaiseEventAsync("one", "Go", 1);
        await engine.EndOfAsync("one");

        Assert.Equal("new", (await engine.RunAsync("Quick", "new", "one")).ReadOutputAs<string>());
        Assert.Equal(4, (await engine.HistoryAsync("one")).Count);
    }

    [Fact]
    [Trait("Honours", "5 Ids used again")]
    public async Task Dedupe_statuses_protect_ended_instances_too()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();
        await engine.RunAsync("Quick", "first", "one");
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses(
            OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Quick", "second", options));

        Assert.Equal("first", (await engine.EndOfAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "5 Ids used again")]
    public async Task Of_many_starts_of_one_id_at_a_time_one_wins()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();

        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await engine.ScheduleAsync("Wait", id: "one");
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        }));

        Assert.Single(starts, hasWon => hasWon);
    }

    [Fact]
    [Trait("Honours", "5 StartAt")]
    public async Task A_delayed_start_stays_pending_keeps_events_and_survives_a_restart()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();
        var at = engine.Time.GetUtcNow().AddHours(2);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("later", at));
        await engine.Client.RaiseEventAsync("later", "Go", 1);
        await engine.CrashAndRestartAsync();
        engine.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await engine.Client.GetInstanceAsync("later"))?.RuntimeStatus);

        engine.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync("later")).RuntimeStatus);
    }

    [Fact]
    [Trait("Honours", "5 StartAt")]
    public async Task A_delayed_start_can_be_terminated_before_it_happens()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("later", engine.Time.GetUtcNow().AddHours(2)));

        await engine.Client.TerminateInstanceAsync("later");

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.EndOfAsync("later")).RuntimeStatus);
    }

    [Theory]
    [InlineData("@entity")]
    [InlineData("a/b")]
    [InlineData("a#b")]
    [InlineData("")]
    [Trait("Honours", "5 Ids that are refused")]
    public async Task Ids_that_the_official_runtime_has_no_place_for_are_refused(string id)
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => engine.ScheduleAsync("Quick", id: id));
    }

    [Fact]
    [Trait("Honours", "5 Waiting for start and completion")]
    public async Task Waiting_for_the_start_ends_when_the_instance_runs()
    {
        await using var engine = await new EngineFixture { Functions = Both() }.StartAsync();
        var id = await engine.ScheduleAsync("Wait");

        var started = await engine.Client.WaitForInstanceStartAsync(id, CancellationToken.None).WithinAsync("the instance to start");

        Assert.True(started.IsRunning);
        Assert.Throws<InvalidOperationException>(() => started.ReadInputAs<string>());
        await Assert.ThrowsAsync<RpcException>(() => engine.Client.WaitForInstanceCompletionAsync("nobody", CancellationToken.None));
        using var impatience = new CancellationTokenSource();
        var wait = engine.Client.WaitForInstanceCompletionAsync(id, impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task A_delayed_start_is_not_held_up_by_more_events_than_a_turn_takes_in()
    {
        await using var engine = await new EngineFixture
        {
            MaxMessagesPerTurn = 2,
            Functions = new TestFunctions().Orchestrator("Sum", async context =>
            {
                var sum = 0;
                for (var i = 0; i < 5; i++)
                {
                    sum += await context.WaitForExternalEvent<int>("Item");
                }

                return (object?)sum;
            }),
        }.StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sum", new StartOrchestrationOptions("later", engine.Time.GetUtcNow().AddHours(1)));
        for (var item = 1; item <= 5; item++)
        {
            await engine.Client.RaiseEventAsync("later", "Item", item);
        }

        engine.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(15, (await engine.EndOfAsync("later")).ReadOutputAs<int>());
    }
}
