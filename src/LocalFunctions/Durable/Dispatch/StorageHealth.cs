using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>
/// Waits while the database cannot be used, for example because the disk is full. Each waiter holds a finished turn or result, and no new work
/// starts until all of them are written, so nothing is lost and nothing piles up.
/// </summary>
internal sealed class StorageHealth(TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _idle = [];
    private volatile string? _problem;
    private int _waiting;

    /// <summary>The problem; null when the database works.</summary>
    public string? Problem => _problem;

    /// <summary>Completes when the database can be used; usually at once.</summary>
    public async Task WhenWellAsync(CancellationToken cancellation)
    {
        var well = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting == 0)
            {
                return;
            }

            _idle.Add(well);
        }

        using (cancellation.Register(() => well.TrySetCanceled(cancellation)))
        {
            await well.Task;
        }
    }

    /// <summary>Repeats an operation on the database until it works.</summary>
    public async Task<T> PatientlyAsync<T>(Func<Task<T>> work)
    {
        var isWaiting = false;
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    return await work();
                }
                catch (SqliteException failure)
                {
                    Report(failure, isFirst: !isWaiting);
                    isWaiting = true;
                    EngineLog.StorageFails(logger, pause.TotalSeconds, failure.Message);
                }

                await Task.Delay(pause, time, stopping);
            }
        }
        finally
        {
            if (isWaiting)
            {
                Recover();
            }
        }
    }

    /// <summary>A caller that does not wait met a failure: checks whether the database can be used, and repeats the check until it can.</summary>
    public async Task SuspectAsync(Func<Task<bool>> probe)
    {
        if (_problem is null)
        {
            try
            {
                await PatientlyAsync(probe);
            }
            catch (Exception stop) when (stop is OperationCanceledException or ObjectDisposedException)
            {
                // Stopping.
            }
        }
    }

    private void Report(SqliteException failure, bool isFirst)
    {
        lock (_gate)
        {
            _waiting += isFirst ? 1 : 0;
            _problem = $"The durable database cannot be used: {failure.Message} Free disk space or repair the disk; work then continues without a restart.";
        }
    }

    private void Recover()
    {
        lock (_gate)
        {
            if (--_waiting > 0)
            {
                return;
            }

            _problem = null;
            _idle.ForEach(well => well.TrySetResult());
            _idle.Clear();
        }

        EngineLog.StorageWorks(logger);
    }
}
