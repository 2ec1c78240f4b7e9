using LocalFunctions.Hosting.Invocation;
using LocalFunctions.Hosting.State;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Timers;

/// <summary>All timer functions of the app: starts and stops their listeners, and runs them on request.</summary>
internal sealed class TimerTriggers : IDisposable
{
    // A run that heeds its token ends at once; until then it uses what the host disposes next.
    private static readonly TimeSpan AfterCutOff = TimeSpan.FromSeconds(1);

    private readonly FunctionPipeline pipeline;
    private readonly RunningFunctions running;
    private readonly TimerStatusStore store;
    private readonly TimeProvider time;
    private readonly ILogger<TimerTriggers> logger;
    private readonly Dictionary<string, (TimerFunction Timer, TimerListener Listener)> timers;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> work = [];

    public TimerTriggers(
        IEnumerable<TimerFunction> functions, FunctionPipeline pipeline, RunningFunctions running, StateDirectory directory, TimeProvider time, ILogger<TimerTriggers> logger)
    {
        (this.pipeline, this.running, this.time, this.logger) = (pipeline, running, time, logger);
        store = new TimerStatusStore(directory);
        timers = functions.ToDictionary(
            timer => timer.Function.Name,
            timer => (timer, Listener(timer)),
            StringComparer.OrdinalIgnoreCase);
    }

    public void Start()
    {
        foreach (var (timer, listener) in timers.Values)
        {
            if (timer.IsDisabled)
            {
                TimerLog.Disabled(logger, timer.Function.Name);
                continue;
            }

            Track(() => listener.ListenAsync(stopping.Token));
        }
    }

    /// <summary>Starts a run outside the schedule; false if there is no such timer function.</summary>
    public bool TryRunNow(string function)
    {
        if (!timers.TryGetValue(function, out var found))
        {
            return false;
        }

        Track(() => found.Listener.RunNowAsync(stopping.Token));
        return true;
    }

    /// <summary>Serves no more due times; returns when the runs in progress have ended or were cut off at the end of the drain.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        Task[] left;
        lock (work)
        {
            left = [.. work];
        }

        var ended = Task.WhenAll(left);
        await ended.WaitAsync(running.Cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.WaitAsync(AfterCutOff, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        store.Close();
    }

    public void Dispose()
    {
        stopping.Dispose();
        foreach (var (_, listener) in timers.Values)
        {
            listener.Dispose();
        }
    }

    private TimerListener Listener(TimerFunction timer)
    {
        var name = timer.Function.Name;
        var monitored = timer.UseMonitor && !timer.Schedule.IsFasterThanOncePerMinute(time.GetUtcNow().UtcDateTime);
        var monitor = monitored ? new ScheduleMonitor(name, timer.Schedule, store, logger) : null;
        return new TimerListener(timer.Plan, monitor, run => InvokeAsync(timer, run), time, logger);
    }

    private async Task InvokeAsync(TimerFunction timer, TimerRun run)
    {
        // The app's code never runs on the thread that starts the host or fires timers.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var info = new TimerInfo
        {
            IsPastDue = run.IsPastDue,
            ScheduleStatus = run.Status is { } status ? new ScheduleStatus { Last = status.Last, Next = status.Next, LastUpdated = status.LastUpdated } : null,
        };
        try
        {
            await using var context = pipeline.Begin(timer.Function, new FunctionCall(info, running.Cancelled));
            await pipeline.RunAsync(context);
        }
        catch (OperationCanceledException) when (running.Cancelled.IsCancellationRequested)
        {
            TimerLog.CutOff(logger, timer.Function.Name);
        }
        catch (Exception failure)
        {
            // The schedule goes on whether a run succeeds or not.
            TimerLog.RunFailed(logger, timer.Function.Name, failure);
        }
    }

    private void Track(Func<Task> run)
    {
        lock (work)
        {
            work.RemoveAll(task => task.IsCompleted);
            work.Add(run());
        }
    }
}
