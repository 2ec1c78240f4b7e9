namespace LocalFunctions.Hosting.Timers;

/// <summary>One call of a timer function: why now, and what was known of its schedule before.</summary>
internal sealed record TimerRun(TimerStatus? Status, bool IsPastDue);
