using LocalFunctions.Durable;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Machine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Durable;

/// <summary>The real engine on a database file of its own, with a clock that the test moves.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    /// <summary>How many orchestrators run at a time.</summary>
    public const int MaxOrchestrations = 4;

    private readonly string _directory = Directory.CreateTempSubdirectory("durable-").FullName;
    private DurableEngine? _engine;

    public TestFunctions Functions { get; set; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>What the engine takes the time from, if not from <see cref="Time"/> itself.</summary>
    public TimeProvider? Clock { get; set; }

    /// <summary>What the engine runs on, if not on this machine as it is.</summary>
    public IMachine? Machine { get; set; }

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public int MaxActivities { get; set; } = 4;

    public OrchestrationVersions Versions { get; set; } = OrchestrationVersions.Unversioned;

    public int MaxActionsPerTurn { get; set; } = 100_000;

    public int KeepFromLength { get; set; } = 100;

    public int MaxMessagesPerTurn { get; set; } = 1000;

    public Continuation Continuation { get; set; } = new();

    public string DatabasePath => Path.Combine(_directory, "hub.db");

    public DurableEngine Engine => _engine ?? throw new InvalidOperationException("Start the engine first.");

    public DurableTaskClient Client => Engine.CreateClient();

    public async Task<EngineFixture> StartAsync()
    {
        var options = new DurableEngineOptions(DatabasePath, "TestHub", MaxActivities, MaxOrchestrations, TestFunctions.Json)
        {
            Versions = Versions,
            MaxActionsPerTurn = MaxActionsPerTurn,
            KeepFromLength = KeepFromLength,
            MaxMessagesPerTurn = MaxMessagesPerTurn,
            Continuation = Continuation,
        };
        _engine = new DurableEngine(options, Functions, Machine ?? new LocalMachine(Clock ?? Time), Loggers);
        await _engine.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>Ends the engine as a crash does: nothing is drained, nothing more is written.</summary>
    public Task CrashAsync() => Engine.DisposeAsync().AsTask();

    public async Task<EngineFixture> CrashAndRestartAsync()
    {
        await CrashAsync();
        return await StartAsync();
    }

    public Task<string> ScheduleAsync(string orchestrator, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WithinAsync($"instance {id} to end");
    }

    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, string? id = null) =>
        await EndOfAsync(await ScheduleAsync(orchestrator, input, id));

    /// <summary>Waits until the instance is as asked.</summary>
    public async Task<OrchestrationMetadata> UntilAsync(string id, Func<OrchestrationMetadata, bool> isReached) =>
        await Waiting.FindAsync($"instance {id} to be as asked", async () => await Client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found && isReached(found) ? found : null);

    /// <summary>Waits until the history holds so many events of a type.</summary>
    public async Task<IReadOnlyList<HistoryEvent>> UntilHistoryAsync(string id, HistoryEventType type, int count = 1) =>
        await Waiting.FindAsync($"the history of {id} to hold {count} of {type}", async () => await HistoryAsync(id) is { } found && found.Count(happened => happened.EventType == type) >= count ? found : null);

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) => await Engine.GetHistoryAsync(id, CancellationToken.None) ?? [];

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}
