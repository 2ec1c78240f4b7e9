using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>
/// Waits out a database that cannot be used, a full disk above all. Whoever waits here holds a finished turn or result and
/// takes no new work, so nothing is lost and nothing piles up.
/// </summary>
internal sealed class StorageHealth(TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private volatile string? _problem;

    /// <summary>What is wrong; null if nothing is.</summary>
    public string? Problem => _problem;

    /// <summary>Does something with the database, again and again until it works.</summary>
    public async Task<T> PatientlyAsync<T>(Func<Task<T>> work)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var result = await work();
                if (_problem is not null)
                {
                    _problem = null;
                    EngineLog.StorageWorks(logger);
                }

                return result;
            }
            catch (SqliteException failure)
            {
                _problem = $"The durable database cannot be used: {failure.Message} Free disk space or repair the disk; work goes on by itself then.";
                EngineLog.StorageFails(logger, pause.TotalSeconds, failure.Message);
            }

            await Task.Delay(pause, time, stopping);
        }
    }
}
