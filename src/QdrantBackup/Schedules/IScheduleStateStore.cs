namespace QdrantBackup.Schedules;

/// <summary>Where the schedules' state is kept: one document per cluster, sealed, in the backup store.</summary>
public interface IScheduleStateStore
{
    /// <summary>The state and its etag; both null before the first save.</summary>
    Task<(ScheduleState? State, string? ETag)> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Saves a state if the stored one still has that etag (null: if there is none), and returns the new etag;
    /// null if another ticker was faster, and then nothing is changed.
    /// </summary>
    Task<string?> TrySaveAsync(ScheduleState state, string? expectedETag, CancellationToken cancellationToken);
}

/// <summary>Starts the orchestration of a scheduled run.</summary>
public interface IRunStarter
{
    /// <summary>
    /// Starts it under its instance id and returns once that is durable. An existing instance of that id, in any
    /// state, is a success: the call is repeated after a crash, and two tickers may make it at the same time.
    /// </summary>
    Task StartAsync(ScheduledRun run, CancellationToken cancellationToken);
}
