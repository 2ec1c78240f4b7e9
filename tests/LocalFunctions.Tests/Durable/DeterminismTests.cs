using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData(0, "120344a5-52ef-5c4c-8ffc-0e4fcc02f1bb")]
    [InlineData(1, "ab944c85-190d-5011-9f5b-d43db4c05dc7")]
    [Trait("Honours", "4 NewGuid")]
    public async Task New_guids_are_those_of_the_published_vectors(int counter, string expected)
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", context =>
                Task.FromResult<object?>(Enumerable.Range(0, counter + 1).Select(_ => context.NewGuid()).ToList()[counter])),
        }.StartAsync();

        Assert.Equal(Guid.Parse(expected), (await engine.RunAsync("Main", id: "abc")).ReadOutputAs<Guid>());
    }

    [Fact]
    [Trait("Honours", "4 NewGuid")]
    public async Task New_guids_and_the_time_are_the_same_in_every_replay()
    {
        var seen = new List<(Guid, DateTime)>();
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Orchestrator("Main", async context =>
            {
                lock (seen)
                {
                    seen.Add((context.NewGuid(), context.CurrentUtcDateTime));
                }

                await context.WaitForExternalEvent<int>("Go");
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilAsync(id, instance => instance.IsRunning);
        engine.Time.Advance(TimeSpan.FromMinutes(5));
        await engine.Client.RaiseEventAsync(id, "Go", 1);
        await engine.EndOfAsync(id);

        Assert.Equal(2, seen.Count);
        Assert.Equal(seen[0], seen[1]);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("kind")]
    [InlineData("missing")]
    [Trait("Honours", "7 Determinism")]
    public async Task An_orchestrator_that_was_changed_under_way_fails_as_non_deterministic(string change)
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Activity<int>("A", _ => null).Orchestrator("Main", async context =>
            {
                await context.CallActivityAsync("A");
                await context.WaitForExternalEvent<int>("Go");
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TaskCompleted);
        await engine.CrashAsync();
        engine.Functions = new TestFunctions().Activity<int>("B", _ => null).Orchestrator("Main", async context =>
        {
            await (change switch
            {
                "name" => context.CallActivityAsync("B"),
                "kind" => context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None),
                _ => context.WaitForExternalEvent<int>("Go"),
            });
        });
        await engine.StartAsync();
        await engine.Client.RaiseEventAsync(id, "Go", 1);

        var end = await engine.EndOfAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails?.ErrorType);
        Assert.StartsWith("Non-Deterministic workflow detected: ", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Was a change made to the orchestrator code", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "7 Determinism")]
    public async Task Names_may_change_in_case_and_new_actions_may_follow_at_the_end()
    {
        await using var engine = await new EngineFixture
        {
            Functions = new TestFunctions().Activity<int>("A", number => number).Orchestrator("Main", async context =>
            {
                await context.CallActivityAsync<int>("A", 1);
                await context.WaitForExternalEvent<int>("Go");
            }),
        }.StartAsync();
        var id = await engine.ScheduleAsync("Main");
        await engine.UntilHistoryAsync(id, HistoryEventType.TaskCompleted);
        await engine.CrashAsync();
        engine.Functions.Orchestrator("Main", async context =>
        {
            await context.CallActivityAsync<int>("a", 99);
            await context.WaitForExternalEvent<int>("Go");
            return (object?)await context.CallActivityAsync<int>("A", 2);
        });
        await engine.StartAsync();
        await engine.Client.RaiseEventAsync(id, "Go", 1);

        Assert.Equal(2, (await engine.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    [Trait("Honours", "4 Replay-safe logger")]
    public async Task A_replay_safe_logger_says_everything_once()
    {
        var logged = new CapturedLines();
        await using var engine = await new EngineFixture
        {
            Loggers = logged,
            Functions = new TestFunctions().Activity<int>("A", _ => null).Orchestrator("Main", async context =>
            {
                var logger = context.CreateReplaySafeLogger("App");
                logger.LogInformation("first");
                await context.CallActivityAsync("A");
                logger.LogInformation("second");
                await context.CallActivityAsync("A");
                logger.LogInformation("third");
            }),
        }.StartAsync();

        await engine.RunAsync("Main");

        Assert.Equal(["first", "second", "third"], logged.LinesOf("App"));
    }

    private sealed class CapturedLines : ILoggerFactory
    {
        private readonly List<(string Category, string Line)> _lines = [];

        public IEnumerable<string> LinesOf(string category)
        {
            lock (_lines)
            {
                return [.. _lines.Where(line => line.Category == category).Select(line => line.Line)];
            }
        }

        public ILogger CreateLogger(string categoryName) => new Logger(_lines, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(List<(string, string)> lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                lock (lines)
                {
                    lines.Add((category, formatter(state, exception)));
                }
            }
        }
    }
}
