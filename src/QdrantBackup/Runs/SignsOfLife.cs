using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;
using QdrantBackup.Schedules;

namespace QdrantBackup.Runs;

/// <summary>
/// Says in the log how old the newest complete backup and the last complete restore are. Alerts ask for these words rather than for
/// the ends of runs: they come from the store, and their absence tells that nothing runs at all.
/// </summary>
public sealed partial class SignsOfLife(BackupCatalog catalog, RunRecords records, TimeProvider time, ILogger<SignsOfLife> logger)
{
    /// <summary>How often the age of the newest backup is said, unless the process is new: a clock that ticks every minute must not fill the log.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How far back a restore is looked for.</summary>
    public static readonly TimeSpan RestoreLookBack = TimeSpan.FromDays(100);

    // Looking for the last restore reads the records of many runs: once a day, or a few times in a row.
    private const int RestoreHour = 5;

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Says what is due to be said; called at every tick.</summary>
    public async Task TellAsync(string cluster, IReadOnlyList<Schedule> schedules, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _next)
        {
            return;
        }

        await TellOfBackupAsync(cluster, schedules, now, cancellationToken);
        if (now.Hour == RestoreHour)
        {
            await TellOfRestoreAsync(cluster, now, cancellationToken);
        }

        _next = now + Interval;
    }

    private async Task TellOfBackupAsync(string cluster, IReadOnlyList<Schedule> schedules, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (ScheduleInterval.Of(schedules, now) is not { } interval)
        {
            LogNothingScheduled(cluster);
            return;
        }

        var complete = await catalog.ListAsync(new CatalogFilter { Cluster = cluster, State = BackupState.Complete }, cancellationToken);
        if (complete.FirstOrDefault(e => e is { Summary: not null, Retired: false }) is { } newest)
        {
            LogBackupAge(cluster, newest.Id.Value, Math.Round((now - newest.Id.Began).TotalHours, 2), Math.Round(interval.TotalHours, 2));
        }
        else
        {
            LogNoBackup(cluster);
        }
    }

    private async Task TellOfRestoreAsync(string cluster, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await foreach (var run in records.ListAsync(now - RestoreLookBack, cancellationToken))
        {
            if (run is { Request.Kind: RunKind.Restore, Result.State: RunState.Complete } && run.Request.Cluster == cluster)
            {
                LogRestoreAge(cluster, Math.Round((now - run.Result.Finished).TotalDays, 1));
                return;
            }
        }

        LogRestoreAge(cluster, RestoreLookBack.TotalDays);
    }

    [LoggerMessage(EventId = 2601, Level = LogLevel.Information, Message = "Cluster {Cluster}: the newest complete backup {Id} is {AgeHours} h old, they are due every {IntervalHours} h")]
    private partial void LogBackupAge(string cluster, string id, double ageHours, double intervalHours);

    [LoggerMessage(EventId = 2602, Level = LogLevel.Warning, Message = "Cluster {Cluster} has no complete backup")]
    private partial void LogNoBackup(string cluster);

    [LoggerMessage(EventId = 2603, Level = LogLevel.Information, Message = "Cluster {Cluster}: the last complete restore was {AgeDays} days ago, or longer")]
    private partial void LogRestoreAge(string cluster, double ageDays);

    [LoggerMessage(EventId = 2604, Level = LogLevel.Warning, Message = "Cluster {Cluster}: nothing is scheduled, or all of it is paused")]
    private partial void LogNothingScheduled(string cluster);
}
