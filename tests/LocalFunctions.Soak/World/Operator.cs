using LocalFunctions.Durable;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Soak.World;

/// <summary>Keeps processes running: whenever one is gone, the next is started; with more than one, all but the first are refused until their turn comes.</summary>
internal sealed class Operator(SimulatedWorld world, Func<Lane, DurableEngine> install)
{
    private readonly List<SimulatedProcess> _running = [];
    private TaskCompletionSource<SimulatedProcess> _serving = new();
    private int _started;

    /// <summary>Starts processes for ever.</summary>
    public void Begin()
    {
        world.AddDisaster(world.Weather.Crashes, Crash);
        world.AddDisaster(world.Weather.Stops, Stop);
        for (var number = 0; number < world.Weather.Processes; number++)
        {
            _ = world.Outside.RunAsync(KeepRunningAsync);
        }
    }

    /// <summary>Asks whichever process serves, again and again until one answers; so what is asked may happen more than once.</summary>
    /// <param name="question">The question.</param>
    /// <param name="doubles">Where a copy of the question goes that was sent with it; whoever asks something that must not come late waits for these first.</param>
    public async Task<T> AskAsync<T>(Func<DurableTaskClient, Task<T>> question, List<Task>? doubles = null)
    {
        while (true)
        {
            try
            {
                var process = await _serving.Task;
                if (world.IsStormy && doubles is not null && world.Chance.OneIn(world.Weather.DoubledRequests))
                {
                    doubles.Add(IgnoreAsync(process.CallAsync(question)));
                }

                return await process.CallAsync(question);
            }
            catch (Exception failure) when (IsOfTheWeather(failure))
            {
                await world.DelayAsync(world.Chance.Next(4));
            }
        }
    }

    private async Task KeepRunningAsync()
    {
        while (true)
        {
            var lane = new Lane(world, $"process {++_started}");
            var process = new SimulatedProcess(world, lane, install(lane));
            _running.Add(process);
            try
            {
                await process.StartAsync();
                await ServeAsync(process);
            }
            catch (Exception failure) when (IsOfTheWeather(failure))
            {
                process.Kill(failure.Message);
            }

            _running.Remove(process);
            await world.DelayAsync(world.Chance.Next(15));
        }
    }

    private async Task ServeAsync(SimulatedProcess process)
    {
        world.Trace.Tell($"{world.Steps,6} {process.Name} serves");
        if (!_serving.TrySetResult(process))
        {
            _serving = new TaskCompletionSource<SimulatedProcess>();
            _serving.SetResult(process);
        }

        await process.End;
        if (_serving.Task.IsCompleted && _serving.Task.Result == process)
        {
            _serving = new TaskCompletionSource<SimulatedProcess>();
        }
    }

    private void Crash()
    {
        if (_running.Count > 0)
        {
            world.Chance.Pick<SimulatedProcess>([.. _running]).Kill("crash");
        }
    }

    private void Stop()
    {
        if (_serving.Task.IsCompleted)
        {
            var process = _serving.Task.Result;
            _ = world.Outside.RunAsync(() => IgnoreAsync(process.StopAsync()));
        }
    }

    private static async Task IgnoreAsync(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private static bool IsOfTheWeather(Exception failure) =>
        failure is ConnectionLostException or DurableStorageException or SqliteException or ObjectDisposedException or OperationCanceledException;
}
