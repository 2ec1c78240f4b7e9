using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Timers;

/// <summary>Remembers when a timer was last served, so that a due time that passed while nothing ran is made up for, once.</summary>
internal sealed class ScheduleMonitor(string function, TimerSchedule schedule, TimerStatusStore store, ILogger logger)
{
    /// <summary>How far a clock may be set back before due times count anew.</summary>
    public static readonly TimeSpan SetBackWaitedOut = TimeSpan.FromHours(2);

    /// <summary>The status to start from; past due if its <see cref="TimerStatus.Next"/> lies before <paramref name="now"/>.</summary>
    public TimerStatus Resume(DateTime now)
    {
        var stored = Stored();
        if (stored is null)
        {
            return Save(new TimerStatus(Last: default, schedule.Next(now), now));
        }

        if (stored.LastUpdated > now + SetBackWaitedOut)
        {
            return SetBack(stored, now);
        }

        // A schedule edited since gives other due times: nobody waits for those of the old one, nor for past ones of the new one.
        var expected = schedule.Next(stored.LastUpdated);
        if (stored.Next == expected)
        {
            return stored;
        }

        return Save(expected < now ? stored with { Next = schedule.Next(now), LastUpdated = now } : stored with { Next = expected });
    }

    /// <summary>
    /// The clock was ahead by more than is waited out: what was served then is forgotten, and due times count from now. After a smaller step back
    /// nothing runs until the clock has made up for it, so that no due time comes twice.
    /// </summary>
    public TimerStatus SetBack(TimerStatus status, DateTime now)
    {
        TimerLog.ClockSetBack(logger, function, status.LastUpdated, now);
        return Save(new TimerStatus(status.Last > now ? default : status.Last, schedule.Next(now), now));
    }

    public TimerStatus Served(DateTime at) => Save(new TimerStatus(at, schedule.Next(at), at));

    private TimerStatus? Stored()
    {
        try
        {
            return store.Read(function);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A timer that never runs again because its last run cannot be looked up would be worse than a missed one.
            TimerLog.StatusNotRead(logger, function, failure);
            return null;
        }
    }

    private TimerStatus Save(TimerStatus status)
    {
        try
        {
            store.Write(function, status);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk must not stop the schedule; only a restart now would repeat or miss a run.
            TimerLog.StatusNotKept(logger, function, failure);
        }

        return status;
    }
}
