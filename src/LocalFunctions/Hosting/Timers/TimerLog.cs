using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Timers;

internal static partial class TimerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Timer function {Function} was due at {Due:u}, while nothing ran: making up for it now.")]
    public static partial void PastDue(ILogger logger, string function, DateTime due);

    [LoggerMessage(2002, LogLevel.Warning, "Timer function {Function} is never due again: its schedule is '{Schedule}'.")]
    public static partial void NeverDueAgain(ILogger logger, string function, string schedule);

    [LoggerMessage(2003, LogLevel.Error, "Timer function {Function} stopped and will not run again until a restart.")]
    public static partial void ListenerFailed(ILogger logger, string function, Exception failure);

    [LoggerMessage(2004, LogLevel.Information, "Timer function {Function} is disabled by a setting.")]
    public static partial void Disabled(ILogger logger, string function);

    [LoggerMessage(2005, LogLevel.Error, "The schedule status of timer function {Function} cannot be written: after a restart a due time may be served twice or missed. Free space in the state directory.")]
    public static partial void StatusNotKept(ILogger logger, string function, Exception failure);

    [LoggerMessage(2008, LogLevel.Error, "The schedule status of timer function {Function} cannot be read: a due time that passed while nothing ran is not made up for. Look at the state directory.")]
    public static partial void StatusNotRead(ILogger logger, string function, Exception failure);

    [LoggerMessage(2006, LogLevel.Error, "Timer function {Function} failed; it runs again at its next due time.")]
    public static partial void RunFailed(ILogger logger, string function, Exception failure);

    [LoggerMessage(2007, LogLevel.Warning, "Timer function {Function} was cut off: it was still running at the end of the time for shutting down.")]
    public static partial void CutOff(ILogger logger, string function);

    [LoggerMessage(2009, LogLevel.Warning, "Timer function {Function} was last served at {Then:u}, and now it is {Now:u}: the clock was set back, due times count from now.")]
    public static partial void ClockSetBack(ILogger logger, string function, DateTime then, DateTime now);
}
