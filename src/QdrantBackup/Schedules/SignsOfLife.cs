using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Schedules;

/// <summary>
/// Logs the age of the newest good backup (<see cref="BackupStanding"/>) and of the last complete restore. Alerts watch these events instead of
/// the ends of runs: they come from the store, and when they are absent, nothing runs at all.
/// </summary>
public sealed partial class SignsOfLife(SealedStore store, BackupCatalog catalog, RunRecords records, TimeProvider time, ILogger<SignsOfLife> logger)
{
    /// <summary>How often the age of the newest backup is logged, unless the process is new: a tick every minute must not fill the log.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How far back a restore is searched.</summary>
    public static readonly TimeSpan RestoreLookBack = TimeSpan.FromDays(100);

    // Finding the last restore reads the records of many runs: once a day, or a few times in a row.
    private const int RestoreHour = 5;

    private const int MaxNamed = 5;

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Logs every event that is due; called at every tick.</summary>
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

        var storeNow = await store.Blobs.NowAsync(cancellationToken);
        var entries = (await catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken)).Where(e => e is { Summary: not null, Retired: false }).ToList();
        if (BackupStanding.NewestGood(entries, storeNow) is { } newest)
        {
            LogBackupAge(cluster, newest.Id.Value, Math.Round((storeNow - newest.Id.Began).TotalHours, 2), Math.Round(interval.TotalHours, 2));
        }
        else
        {
            LogNoBackup(cluster);
        }

        TellOfDoubts(cluster, entries, storeNow);
    }

    /// <summary>Logs backups that count for nothing and should: repeated until a person acts on them.</summary>
    private void TellOfDoubts(string cluster, IReadOnlyList<CatalogEntry> entries, DateTimeOffset storeNow)
    {
        foreach (var entry in entries.Where(BackupStanding.IsSuspect).Take(MaxNamed))
        {
            LogSuspect(cluster, entry.Id.Value, entry.Summary!.Suspect!);
        }

        if (entries.Count(e => BackupStanding.IsAhead(e.Id, storeNow)) is > 0 and var ahead)
        {
            LogAhead(cluster, ahead, entries[0].Id.Value, storeNow);
        }

        if (entries.FirstOrDefault(e => BackupStanding.IsWhole(e) && !BackupStanding.IsAhead(e.Id, storeNow)) is { Findings.IsDamaged: true } damaged)
        {
            LogNewestDamaged(cluster, damaged.Id.Value, BackupStanding.WhyNotGood(damaged, storeNow) ?? "");
        }
    }

    private async Task TellOfRestoreAsync(string cluster, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await foreach (var run in records.ListAsync(now - RestoreLookBack, cancellationToken))
        {
            if (run is { IsAhead: false, Request.Kind: RunKind.Restore, Result.State: RunState.Complete } && run.Request.Cluster == cluster)
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

    [LoggerMessage(EventId = 2605, Level = LogLevel.Error, Message = "Cluster {Cluster}: backup {Id} is suspect and counts for nothing: {Reason}. Look at it with 'qdrant-backup show', then confirm or delete it")]
    private partial void LogSuspect(string cluster, string id, string reason);

    [LoggerMessage(EventId = 2606, Level = LogLevel.Warning, Message = "Cluster {Cluster}: {Count} backups are dated ahead of the store's clock, which shows {Now}, and count for nothing; the newest is {Id}")]
    private partial void LogAhead(string cluster, int count, string id, DateTimeOffset now);

    [LoggerMessage(EventId = 2607, Level = LogLevel.Warning, Message = "Cluster {Cluster}: the newest backup {Id} {Problem}")]
    private partial void LogNewestDamaged(string cluster, string id, string problem);

    [LoggerMessage(EventId = 2604, Level = LogLevel.Warning, Message = "Cluster {Cluster}: nothing is scheduled, or all of it is paused")]
    private partial void LogNothingScheduled(string cluster);
}
