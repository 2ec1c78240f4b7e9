using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Durable;

public sealed class FullDiskTests
{
    private static readonly string Big = new('x', 300_000);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task On_a_full_disk_no_new_work_is_taken_and_all_goes_on_when_there_is_room()
    {
        var begun = 0;
        var threeRun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var smallMayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var disk = new SmallDisk(_time);
        await using var engine = await new EngineFixture
        {
            Machine = disk,
            MaxActivities = 3,
            Functions = new TestFunctions()
                .Activity<int>("Write", async (number, _) =>
                {
                    if (Interlocked.Increment(ref begun) == 3)
                    {
                        threeRun.SetResult();
                    }

                    await (number == 2 ? smallMayEnd : mayEnd).Task.WithinAsync("the test to let the activity end");
                    return number == 2 ? "small" : Big;
                })
                .Orchestrator("Fan", async context =>
                    (object?)(await Task.WhenAll(Enumerable.Range(0, 6).Select(number => context.CallActivityAsync<string>("Write", number)))).Sum(text => text.Length)),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Fan");
        await threeRun.Task.WithinAsync("three activities to run");

        // Two results find no room. The third does, and its worker could take more: it must not. It ends when the other two wait for the clock, which stands still:
        // a transaction that finds no room takes those with it that it shares a commit with, and the third would wait for the clock too.
        await disk.FillAsync();
        mayEnd.SetResult();
        await Waiting.UntilAsync("two results to find no room", () => disk is { Refused: 2, IsWriting: false });
        smallMayEnd.SetResult();
        await Waiting.UntilAsync("the small result to be written", async () => await disk.ActivitiesLeftAsync() == 5);

        for (var minute = 0; minute < 5; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Contains("Free disk space", engine.Engine.Problem, StringComparison.Ordinal);
        Assert.Equal(3, begun);

        await disk.FreeAsync();
        await Waiting.UntilAsync("all that waited for room to go on", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return engine.Engine.Problem is null;
        });

        Assert.Equal((5 * Big.Length) + "small".Length, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
        Assert.Equal(6, begun);
        Assert.Equal(6, (await engine.HistoryAsync(id)).Count(happened => happened.EventType == HistoryEventType.TaskCompleted));
    }

    [Fact]
    public async Task Whoever_asks_for_more_on_a_full_disk_is_told_at_once_and_nothing_of_it_happens()
    {
        var disk = new SmallDisk(_time);
        await using var engine = await new EngineFixture
        {
            Machine = disk,
            Functions = new TestFunctions().Orchestrator("Main", context => Task.FromResult<object?>(context.GetInput<string>()!.Length)),
        }.StartAsync();
        await disk.FillAsync();

        var refusal = await Assert.ThrowsAsync<DurableStorageException>(() => engine.ScheduleAsync("Main", Big, "one"));

        Assert.Contains("Free disk space", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await engine.Client.GetInstanceAsync("one"));
        await disk.FreeAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Main", Big, "one")).RuntimeStatus);
    }
}
