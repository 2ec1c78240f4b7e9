namespace LocalFunctions.Hosting.Timers;

/// <summary>What is remembered of a timer between runs and restarts; all times UTC.</summary>
internal sealed record TimerStatus(DateTime Last, DateTime Next, DateTime LastUpdated);
