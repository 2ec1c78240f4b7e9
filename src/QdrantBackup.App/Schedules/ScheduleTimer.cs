using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.App.Schedules;

/// <summary>The one timer: it starts what is due, sweeps up after runs that ended without doing so themselves, and says how old the newest backup is.</summary>
public sealed partial class ScheduleTimer(
    PerStore<ScheduleServices> stores,
    RunStarter starter,
    TickWork work,
    BackupOptions options,
    TimeProvider time,
    ILogger<ScheduleTimer> log)
{
    /// <summary>One tick. The timer's own schedule only says how often; what is due is decided from the configured schedules and their state in the store.</summary>
    [Function("ScheduleTick")]
    public async Task Tick([TimerTrigger("%BACKUP_TICK%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var steps = work.Steps;
        ScheduleServices? opened = null;
        if (!await steps.RunAsync("open the store", async stop => opened = await stores.OpenAsync(stop), cancellationToken) || opened is not { } services)
        {
            return;
        }

        if (options.Role != AppRole.Maintenance)
        {
            await steps.RunAsync("start backups", stop => StartBackupsAsync(services.Opened, client, stop), cancellationToken);
        }

        await work.RunAsync(services.Opened, client, cancellationToken);
        await steps.SaveAsync(services.Ticks, cancellationToken);
    }

    private ScheduleStates StatesOf(OpenedStore opened) =>
        new(opened.Store, new SettledMarks(opened.Records, opened.Catalog, time), options.ClusterName, options.Schedules, log);

    private async Task StartBackupsAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var starting = new ScheduledRuns(starter, client, opened.Records, options);
        var outcome = await new ScheduleTick(options.ClusterName, StatesOf(opened), starting, time).RunAsync(options.Schedules, cancellationToken);
        if (outcome.Started is { } run)
        {
            LogStarted(log, run.Schedule, run.Due, run.BackupId, outcome.Missed.Count);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "Schedule {Schedule}, due {Due}, started backup {Backup}; it makes up {Missed} missed due times")]
    private static partial void LogStarted(ILogger logger, string schedule, DateTimeOffset due, string backup, int missed);
}
