using LocalFunctions.Durable.Client;
using LocalFunctions.Durable.Dispatch;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable;

/// <summary>Runs event-sourced orchestrations on one SQLite file. Disposing without stopping acts like a crash, on purpose: nothing is waited for.</summary>
internal sealed class DurableEngine(DurableEngineOptions options, IDurableFunctions functions, IMachine machine, ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly TimeSpan InterruptGrace = TimeSpan.FromSeconds(5);
    private readonly ILogger _logger = loggers.CreateLogger<DurableEngine>();
    private readonly JsonPayloads _payloads = new(options.Json);
    private readonly CancellationTokenSource _takeNoMore = new();
    private readonly CancellationTokenSource _closing = new();
    private IDurableDatabase? _database;
    private StorageHealth? _health;
    private ActivityDispatcher? _activities;
    private DurableTimers? _timers;
    private WorkSignals? _signals;
    private Task _work = Task.CompletedTask;
    private bool _closed;

    /// <summary>Opens the database, takes over what an earlier process left, and starts working.</summary>
    /// <exception cref="DurableStorageException">The database cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _database = machine.Open(options.DatabasePath);
        _health = new StorageHealth(machine.Time, _logger, _closing.Token);
        var interrupted = await InterruptedAsync(_database);
        var ready = new ReadyInstances(interrupted);
        _timers = new DurableTimers(_database, ready, _health, machine.Time);
        _activities = new ActivityDispatcher(_database, functions, ready, _health, machine, _logger);
        _signals = new WorkSignals(ready, _activities, _timers, new StatusWatch(), interrupted);
        var unfinished = new Unfinished(_database, interrupted, ready, _activities, _timers);
        var orchestrations = new OrchestrationDispatcher(
            new EngineParts(_database, functions, options, _payloads, _health, machine), ready, _signals, unfinished, loggers);

        var (instances, activities) = await unfinished.TakeUpAsync(machine.Time.GetUtcNow());
        EngineLog.Opened(_logger, options.HubName, instances, activities);
        if (interrupted.Count > 0)
        {
            EngineLog.Interrupted(_logger, interrupted.Count);
        }

        _work = Task.WhenAll(
            orchestrations.RunAsync(options.MaxConcurrentOrchestrations, _takeNoMore.Token),
            _activities.RunAsync(options.MaxConcurrentActivities, _takeNoMore.Token),
            machine.Background.RunAsync(() => _timers.RunAsync(_takeNoMore.Token)));
    }

    /// <summary>Starts no new work, waits for running activities as long as given, then cancels them and closes the database.</summary>
    public async Task StopAsync(TimeSpan drain)
    {
        _takeNoMore.Cancel();
        await WaitForWorkAsync(drain);
        _activities?.Interrupt();
        await WaitForWorkAsync(InterruptGrace);
        if (_activities is { Running: > 0 and var running })
        {
            EngineLog.Abandoned(_logger, running);
        }

        await DisposeAsync();
    }

    /// <summary>A client of this engine.</summary>
    public LocalDurableTaskClient CreateClient() =>
        new LocalDurableTaskClient(options, functions, new ClientDatabase(Database, _health!), _payloads, _signals!, machine);

    /// <summary>The history of an instance, oldest event first; null if there is no such instance.</summary>
    public Task<IReadOnlyList<HistoryEvent>?> GetHistoryAsync(string instanceId, CancellationToken cancellationToken) => Database.ReadAsync<IReadOnlyList<HistoryEvent>?>(
        session => InstanceTable.StatusOf(session, instanceId) is null ? null : HistoryTable.Read(session, instanceId), cancellationToken);

    /// <summary>Whether what runs here ends with this process.</summary>
    public bool BindsInstances => options.Continuation.BindsInstances;

    /// <summary>The problem with the database; null when it works.</summary>
    public string? Problem => _closed || _health is null ? "The durable engine is not running." : _health.Problem;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return ValueTask.CompletedTask;
        }

        _closed = true;
        _takeNoMore.Cancel();
        _closing.Cancel();
        _activities?.Interrupt();
        _timers?.Dispose();
        _database?.Dispose();
        _signals?.Watch.Close();
        return ValueTask.CompletedTask;
    }

    private IDurableDatabase Database => _database ?? throw new InvalidOperationException("The durable engine has not been started.");

    private Task<InterruptedInstances> InterruptedAsync(IDurableDatabase database) => database.WriteAsync(session =>
    {
        var interrupted = new InterruptedInstances();
        foreach (var continued in interrupted.Sort(InstanceTable.Open(session), options.Continuation.Continues))
        {
            InstanceTable.Bind(session, continued, options.Continuation.BindsInstances);
        }

        return interrupted;
    });

    private async Task WaitForWorkAsync(TimeSpan atMost)
    {
        try
        {
            await _work.WaitAsync(atMost, machine.Time);
        }
        catch (TimeoutException)
        {
            // Each stage stops harder than the one before.
        }
    }
}
