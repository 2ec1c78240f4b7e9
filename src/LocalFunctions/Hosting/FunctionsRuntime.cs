using LocalFunctions.Durable;
using LocalFunctions.Durable.Storage;
using LocalFunctions.Hosting.State;
using LocalFunctions.Hosting.Timers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting;

/// <summary>Brings the parts up in order (state lock, durable engine, web server, timers) and down the other way round.</summary>
internal sealed class FunctionsRuntime(
    LocalCallers local,
    TimerTriggers timers,
    RunningFunctions running,
    ILocalServer server,
    ILogger<FunctionsRuntime> logger,
    DurableEngine? engine = null) : IHostedLifecycleService, IAsyncDisposable
{
    private StateLock? held;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The host starts this service before all others, and the web server after all others.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        held = await StateLock.AcquireAsync(local.Directory, cancellationToken);
        local.Publish();
        local.RemoveStaleSocket();
        if (engine is not null)
        {
            await StartEngineAsync(engine, cancellationToken);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        local.OpenSocket();
        held!.Announce(server.Addresses, engine?.BindsInstances == true);
        timers.Start();
        RuntimeLog.Started(logger, string.Join(' ', server.Addresses), local.Directory.FullPath);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        running.BeginDraining();
        return timers.StopAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (engine is not null)
        {
            await engine.StopAsync(running.Left);
        }

        Release();
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Also after a start that failed half way, when nothing else stops this service.</summary>
    public async ValueTask DisposeAsync()
    {
        if (held is not null && engine is not null)
        {
            await engine.StopAsync(TimeSpan.Zero);
        }

        Release();
    }

    private static async Task StartEngineAsync(DurableEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            await engine.StartAsync(cancellationToken);
        }
        catch (DurableStorageException failure)
        {
            throw new FunctionsStartupException(failure.Message, failure);
        }
    }

    private void Release()
    {
        if (held is not null)
        {
            local.Withdraw();
            held.Dispose();
            held = null;
        }
    }
}
