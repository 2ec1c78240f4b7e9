using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Timers;

/// <summary>Runs one timer function when it is due, never twice at the same time. Schedules advance whether a run succeeds or not.</summary>
internal sealed class TimerListener(
    TimerPlan plan,
    ScheduleMonitor? monitor,
    Func<TimerRun, Task> invoke,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    // Delays count elapsed time; looking at the clock this often follows it when it is set or the machine sleeps.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim oneRun = new(1, 1);

    /// <summary>Serves due times until cancelled; a run in progress is finished first.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = await StartAsync(cancellationToken);
            while (status.Next < DateTime.MaxValue)
            {
                status = await WaitUntilAsync(status.Next, cancellationToken)
                    ? await ServeAsync(status, status.Next, isPastDue: false, cancellationToken)
                    : SetBack(status);
            }

            TimerLog.NeverDueAgain(logger, plan.Function, plan.Schedule.Expression);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop while waiting.
        }
        catch (Exception failure)
        {
            TimerLog.ListenerFailed(logger, plan.Function, failure);
        }
    }

    /// <summary>Runs the function now, outside its schedule, after a run in progress.</summary>
    public async Task RunNowAsync(CancellationToken cancellationToken)
    {
        await oneRun.WaitAsync(cancellationToken);
        try
        {
            await invoke(new TimerRun(Status: null, IsPastDue: false));
        }
        finally
        {
            oneRun.Release();
        }
    }

    public void Dispose() => oneRun.Dispose();

    private async Task<TimerStatus> StartAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        var status = monitor?.Resume(now) ?? new TimerStatus(Last: default, plan.Schedule.Next(now), now);
        if (status.Next < now)
        {
            TimerLog.PastDue(logger, plan.Function, status.Next);
            return await ServeAsync(status, now, isPastDue: true, cancellationToken);
        }

        return plan.RunOnStartup ? await ServeAsync(status, now, isPastDue: false, cancellationToken) : status;
    }

    private async Task<TimerStatus> ServeAsync(TimerStatus status, DateTime due, bool isPastDue, CancellationToken cancellationToken)
    {
        await oneRun.WaitAsync(cancellationToken);
        try
        {
            // A clock set back a little must not make the same due time come again.
            var at = Now > due ? Now : due;
            await invoke(new TimerRun(monitor is null ? null : status, isPastDue));
            return monitor?.Served(at) ?? new TimerStatus(at, plan.Schedule.Next(at), at);
        }
        finally
        {
            oneRun.Release();
        }
    }

    /// <summary>Waits for a due time; false if the clock was set back meanwhile by more than is waited out.</summary>
    private async Task<bool> WaitUntilAsync(DateTime due, CancellationToken cancellationToken)
    {
        var least = TimeSpan.MaxValue;
        while (due - Now is var left && left > TimeSpan.Zero)
        {
            if (left - ScheduleMonitor.SetBackWaitedOut > least)
            {
                return false;
            }

            least = left < least ? left : least;
            await Task.Delay(left < LongestWait ? left : LongestWait, time, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }

    private TimerStatus SetBack(TimerStatus status)
    {
        var now = Now;
        return monitor?.SetBack(status, now) ?? new TimerStatus(status.Last, plan.Schedule.Next(now), now);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
