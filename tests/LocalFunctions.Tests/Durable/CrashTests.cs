using System.Collections.Concurrent;
using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using QdrantBackup.Harness;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class CrashTests
{
    [Fact]
    [Trait("Honours", "7 Activities at least once")]
    public async Task An_activity_that_a_crash_interrupted_runs_again()
    {
        var runs = 0;
        var hangs = new TaskCompletionSource();
        var isRunning = new TaskCompletionSource();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Work", async (_, _) =>
                {
                    if (Interlocked.Increment(ref runs) == 1)
                    {
                        isRunning.SetResult();
                        await hangs.Task.WithinAsync("the test to let the dead activity end");
                        return "of the dead";
                    }

                    return "of the living";
                })
                .Orchestrator("Main", async context => (object?)await context.CallActivityAsync<string>("Work")),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await isRunning.Task.WithinAsync("the activity to run");

        await engine.CrashAndRestartAsync();

        Assert.Equal("of the living", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        hangs.SetResult();
        Assert.Equal(2, runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    public async Task A_fan_out_ends_with_the_same_result_whenever_crashes_interrupt_it(int activitiesBetweenCrashes)
    {
        var effects = new ConcurrentDictionary<int, int>();
        var done = 0;
        var crash = new SemaphoreSlim(0);
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Work", number =>
                {
                    effects.AddOrUpdate(number, 1, (_, times) => times + 1);
                    if (Interlocked.Increment(ref done) % activitiesBetweenCrashes == 0)
                    {
                        crash.Release();
                    }

                    return number * number;
                })
                .Orchestrator("Main", async context =>
                {
                    var sum = 0;
                    for (var wave = 0; wave < 4; wave++)
                    {
                        var first = wave * 10;
                        sum += (await Task.WhenAll(Enumerable.Range(first, 10).Select(number => context.CallActivityAsync<int>("Work", number)))).Sum();
                    }

                    return (object?)sum;
                }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        for (var crashes = 0; crashes < 5; crashes++)
        {
            if (await Task.WhenAny(crash.WaitAsync(Waiting.Usual), engine.EndOfAsync(id)) is Task<OrchestrationMetadata>)
            {
                break;
            }

            await engine.CrashAndRestartAsync();
        }

        Assert.Equal(Enumerable.Range(0, 40).Sum(number => number * number), (await engine.EndOfAsync(id)).ReadOutputAs<int>());
        Assert.Equal(Enumerable.Range(0, 40), effects.Keys.Order());
        Assert.Equal(40, (await engine.HistoryAsync(id)).Count(happened => happened.EventType == HistoryEventType.TaskCompleted));
    }

    [Fact]
    public async Task What_came_while_nobody_ran_is_there_after_the_start()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                var first = await context.WaitForExternalEvent<string>("Item");
                return (object?)(first + await context.WaitForExternalEvent<string>("Item"));
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.Client.RaiseEventAsync(id, "Item", "a");
        await engine.CrashAndRestartAsync();
        await engine.Client.RaiseEventAsync(id, "Item", "b");
        await engine.CrashAndRestartAsync();

        Assert.Equal("ab", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_stop_waits_for_running_activities_and_keeps_their_results()
    {
        var finish = new TaskCompletionSource();
        var isRunning = new TaskCompletionSource();
        var runs = 0;
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Work", async (_, _) =>
                {
                    runs++;
                    isRunning.SetResult();
                    await finish.Task.WithinAsync("the test to let the activity end");
                    return "done";
                })
                .Orchestrator("Main", async context => (object?)await context.CallActivityAsync<string>("Work")),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await isRunning.Task.WithinAsync("the activity to run");

        var stop = engine.Engine.StopAsync(TimeSpan.FromMinutes(1));
        Assert.False(stop.IsCompleted);
        finish.SetResult();
        await stop.WithinAsync("the engine to stop");
        await engine.StartAsync();

        Assert.Equal("done", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, runs);
    }

    [Fact]
    [Trait("Honours", "7 Tokens of activities")]
    public async Task An_activity_that_a_stop_cancels_has_not_failed_but_runs_again()
    {
        var runs = 0;
        var isRunning = new TaskCompletionSource();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Activity<int>("Work", async (_, cancellation) =>
                {
                    if (Interlocked.Increment(ref runs) == 1)
                    {
                        isRunning.SetResult();
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                    }

                    return "second";
                })
                .Orchestrator("Main", async context => (object?)await context.CallActivityAsync<string>("Work")),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await isRunning.Task.WithinAsync("the activity to run");
        await engine.Engine.StopAsync(TimeSpan.Zero);
        await engine.StartAsync();

        Assert.Equal("second", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_orchestrator_that_does_not_return_holds_up_one_thread_only()
    {
        using var never = new ManualResetEventSlim();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Stuck", _ =>
                {
                    never.Within("the test to let the orchestrator return");
                    return Task.CompletedTask;
                })
                .Orchestrator("Other", _ => Task.FromResult<object?>("done")),
        }.StartAsync();
        await engine.ScheduleAsync("Stuck");

        Assert.Equal("done", (await engine.RunAsync("Other")).ReadOutputAs<string>());
        never.Set();
    }
}
