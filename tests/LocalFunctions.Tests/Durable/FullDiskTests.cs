using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

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

                    await (number == 2 ? smallMayEnd : mayEnd).Task;
                    return number == 2 ? "small" : Big;
                })
                .Orchestrator("Fan", async context =>
                    (object?)(await Task.WhenAll(Enumerable.Range(0, 6).Select(number => context.CallActivityAsync<string>("Write", number)))).Sum(text => text.Length)),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Fan");
        await threeRun.Task;

        // Two results find no room. The third does, and its worker could take more: it must not.
        await disk.FillAsync();
        mayEnd.SetResult();
        await UntilAsync(engine, problem => problem is not null);
        smallMayEnd.SetResult();
        while (await disk.ActivitiesLeftAsync() == 6)
        {
            await Task.Yield();
        }

        for (var minute = 0; minute < 5; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Contains("Free disk space", engine.Engine.Problem, StringComparison.Ordinal);
        Assert.Equal(3, begun);

        await disk.FreeAsync();
        await UntilAsync(engine, problem => problem is null);

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

    private async Task UntilAsync(EngineFixture engine, Func<string?, bool> isReached)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isReached(engine.Engine.Problem))
        {
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
    }
}
