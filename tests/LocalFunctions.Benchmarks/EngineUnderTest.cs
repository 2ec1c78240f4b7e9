using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Durable.Machine;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalFunctions.Benchmarks;

/// <summary>The engine as an app has it, with durability on, on a database file of its own in the folder for temporary files.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };
    private readonly string _directory = Directory.CreateTempSubdirectory("engine-benchmark-").FullName;
    private DurableEngine? _engine;

    private string DatabaseFile => Path.Combine(_directory, "hub.db");

    public DurableTaskClient Client => _engine!.CreateClient();

    /// <summary>The bytes of the database on disk, its journal included.</summary>
    public long SizeBytes => Directory.EnumerateFiles(_directory).Sum(file => new FileInfo(file).Length);

    /// <summary>The bytes of the database that hold something; what purging freed is used again before the file grows.</summary>
    public long UsedBytes
    {
        get
        {
            using var connection = new SqliteConnection($"Data Source={DatabaseFile};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
            return (long)command.ExecuteScalar()!;
        }
    }

    public async Task StartAsync()
    {
        var concurrent = 10 * Environment.ProcessorCount;
        _engine = new DurableEngine(
            new DurableEngineOptions(DatabaseFile, "Benchmark", concurrent, concurrent, Json),
            new BenchmarkFunctions(),
            new LocalMachine(TimeProvider.System),
            NullLoggerFactory.Instance);
        await _engine.StartAsync(CancellationToken.None);
    }

    public Task StopAsync() => _engine!.StopAsync(TimeSpan.FromSeconds(20));

    /// <summary>Runs an instance to its end.</summary>
    public async Task RunAsync(string orchestrator, int input) => await EndAsync(await ScheduleAsync(orchestrator, input));

    /// <summary>Runs so many instances to their ends, a number of them at a time.</summary>
    public async Task RunManyAsync(string orchestrator, int input, int instances, int atATime) =>
        await Parallel.ForAsync(0, instances, new ParallelOptions { MaxDegreeOfParallelism = atATime }, async (_, _) => await RunAsync(orchestrator, input));

    public Task<string> ScheduleAsync(string orchestrator, int input) => Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input);

    public async Task EndAsync(string instanceId)
    {
        using var patience = new CancellationTokenSource(Longest);
        var end = await Client.WaitForInstanceCompletionAsync(instanceId, patience.Token);
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        {
            throw new InvalidOperationException($"{instanceId} ended {end.RuntimeStatus}");
        }
    }

    /// <summary>Waits until an instance shows a custom status.</summary>
    public async Task UntilStatusAsync(string instanceId, string status)
    {
        using var patience = new CancellationTokenSource(Longest);
        while ((await Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))?.SerializedCustomStatus != $"\"{status}\"")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>How many instances there are.</summary>
    public async Task<int> CountAsync()
    {
        var count = 0;
        await foreach (var page in Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 1000)).AsPages())
        {
            count += page.Values.Count;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}
