using LocalFunctions.Durable;
using LocalFunctions.Durable.Machine;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Soak.World;

/// <summary>A process that runs the engine, until it stops or is killed.</summary>
internal sealed class SimulatedProcess(SimulatedWorld world, Lane lane, DurableEngine engine)
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);
    private readonly TaskCompletionSource _end = new();
    private readonly HashSet<Action> _callers = [];

    public string Name => lane.Name;

    /// <summary>Completes when it is gone.</summary>
    public Task End => _end.Task;

    /// <summary>Starts the engine.</summary>
    public Task StartAsync() => RunAsync(async () =>
    {
        await engine.StartAsync(CancellationToken.None);
        return true;
    });

    /// <summary>A call from outside; it fails with <see cref="ConnectionLostException"/> if the process ends before the answer.</summary>
    public Task<T> CallAsync<T>(Func<DurableTaskClient, Task<T>> call) => RunAsync(() => call(engine.CreateClient()));

    /// <summary>Stops it in order, then it exits.</summary>
    public async Task StopAsync()
    {
        world.Trace.Tell($"{world.Steps,6} {Name} is asked to stop");
        try
        {
            await RunAsync(async () =>
            {
                await engine.StopAsync(Drain);
                return true;
            });
        }
        catch (ConnectionLostException)
        {
            return;
        }

        Kill("stopped");
    }

    /// <summary>It is gone at once.</summary>
    public void Kill(string how)
    {
        if (!lane.IsAlive)
        {
            return;
        }

        world.Trace.Tell($"{world.Steps,6} {Name} is gone: {how}");
        world.Kill(lane);
        foreach (var hangUp in _callers.ToArray())
        {
            hangUp();
        }

        _end.TrySetResult();
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var answer = new TaskCompletionSource<T>();
        void HangUp() => answer.TrySetException(new ConnectionLostException());
        if (!lane.IsAlive)
        {
            throw new ConnectionLostException();
        }

        _callers.Add(HangUp);
        _ = lane.RunAsync(async () =>
        {
            try
            {
                answer.TrySetResult(await work());
            }
            catch (Exception failure)
            {
                answer.TrySetException(failure);
            }
        });
        try
        {
            return await answer.Task;
        }
        finally
        {
            _callers.Remove(HangUp);
        }
    }
}

/// <summary>The process ended before it answered; whether it did what it was asked is unknown.</summary>
internal sealed class ConnectionLostException() : Exception("the connection was lost");
