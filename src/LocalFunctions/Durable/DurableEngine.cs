using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable;

/// <summary>Runs orchestrations event-sourced on one SQLite file.</summary>
internal sealed class DurableEngine : IAsyncDisposable
{
    public DurableEngine(DurableEngineOptions options, IDurableFunctions functions, TimeProvider time, ILoggerFactory loggers)
    {
        _ = (options, functions, time, loggers);
    }

    /// <summary>Opens the database, takes over what an earlier process left, and starts working.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Takes no new work, waits for running activities as long as given, then cancels them and closes the database.</summary>
    public Task StopAsync(TimeSpan drain) => throw new NotSupportedException();

    /// <summary>A client of this engine.</summary>
    /// <param name="managementAddress">Where the management API is served, ending in <c>/runtime/webhooks/durabletask</c>.</param>
    public DurableTaskClient CreateClient(Uri? managementAddress = null) => throw new NotSupportedException();

    /// <summary>The history of an instance, oldest event first; null if there is no such instance.</summary>
    public Task<IReadOnlyList<HistoryRow>?> GetHistoryAsync(string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>What is wrong; null if nothing is.</summary>
    public Task<string?> HealthAsync() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
