using LocalFunctions.Durable.Dispatch;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class ResilienceTests
{
    [Fact]
    public async Task An_activity_whose_exception_cannot_even_tell_its_message_fails_and_those_after_it_run()
    {
        var functions = new TestFunctions()
            .Activity<string>("Unspeakable", _ => throw new UnspeakableException())
            .Activity<string>("Next", input => input)
            .Orchestrator("Both", async context =>
            {
                var failed = await Assert.ThrowsAsync<TaskFailedException>(() => context.CallActivityAsync("Unspeakable"));
                return (object?)(failed.FailureDetails.ErrorType + await context.CallActivityAsync<string>("Next", "!"));
            });
        await using var engine = await new EngineFixture { Functions = functions, MaxActivities = 1 }.StartAsync();

        var end = await engine.RunAsync("Both");

        Assert.Equal(typeof(UnspeakableException) + "!", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_orchestrator_whose_exception_cannot_even_tell_its_message_fails()
    {
        var functions = new TestFunctions().Orchestrator("Unspeakable", _ => Task.FromException(new UnspeakableException()));
        await using var engine = await new EngineFixture { Functions = functions }.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await engine.RunAsync("Unspeakable")).RuntimeStatus);
    }

    [Fact]
    public async Task A_timer_for_the_beginning_of_time_fires_at_once()
    {
        var functions = new TestFunctions().Orchestrator("Past", context => context.CreateTimer(DateTime.MinValue, CancellationToken.None));
        await using var engine = await new EngineFixture { Functions = functions }.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.RunAsync("Past")).RuntimeStatus);
    }

    [Fact]
    public async Task A_timer_that_rang_just_before_the_clock_was_set_back_rings_again()
    {
        var functions = new TestFunctions().Orchestrator("Sleep", context => context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None));
        await using var engine = new EngineFixture { Functions = functions };
        var clock = new ClockSetBackForTurns(engine.Time);
        engine.Clock = clock;
        await engine.StartAsync();
        var id = await engine.ScheduleAsync("Sleep");
        await engine.UntilHistoryAsync(id, HistoryEventType.TimerCreated);

        clock.SetBack = TimeSpan.FromSeconds(5);
        engine.Time.Advance(TimeSpan.FromHours(1));
        await clock.Seen.Task.WithinAsync("a turn to see the earlier time");
        clock.SetBack = TimeSpan.Zero;

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task What_became_due_and_was_left_by_its_turn_is_looked_at_again()
    {
        // As when the clock is set back in between, and the turn takes in something else.
        await using var engine = new EngineFixture();
        using var database = DurableDatabase.Open(engine.DatabasePath);
        var due = engine.Time.GetUtcNow().AddHours(1);
        await database.WriteAsync(session =>
        {
            InboxTable.Add(session, "sleeper", new HistoryEvent(HistoryEventType.TimerFired, -1, due), due.UtcTicks);
            return true;
        });
        var ready = new ReadyInstances(new InterruptedInstances());
        using var timers = new DurableTimers(database, ready, new StorageHealth(engine.Time, NullLogger.Instance, CancellationToken.None), engine.Time);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var running = timers.RunAsync(stop.Token);

        engine.Time.Advance(TimeSpan.FromHours(1));
        for (var times = 0; times < 5; times++)
        {
            var reached = ready.TakeAsync(stop.Token);
            await Waiting.UntilAsync("the sleeper to be looked at again", () =>
            {
                engine.Time.Advance(TimeSpan.FromMinutes(1));
                return reached.IsCompleted;
            });

            Assert.Equal("sleeper", await reached);
            ready.Done("sleeper");
        }

        await stop.CancelAsync();
        await running;
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException();
    }

    /// <summary>Shows the turns of orchestrators an earlier time than everybody else, as a clock does that is set back in between.</summary>
    private sealed class ClockSetBackForTurns(FakeTimeProvider clock) : TimeProvider
    {
        private long _setBack;

        public TimeSpan SetBack
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _setBack));
            set => Interlocked.Exchange(ref _setBack, value.Ticks);
        }

        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override DateTimeOffset GetUtcNow()
        {
            if (SetBack == TimeSpan.Zero || Thread.CurrentThread.Name?.StartsWith("orchestrations", StringComparison.Ordinal) != true)
            {
                return clock.GetUtcNow();
            }

            Seen.TrySetResult();
            return clock.GetUtcNow() - SetBack;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime, period);

        public override long GetTimestamp() => clock.GetTimestamp();

        public override long TimestampFrequency => clock.TimestampFrequency;
    }
}
