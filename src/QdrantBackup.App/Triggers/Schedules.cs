using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Api;
using QdrantBackup.App.Wiring;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.App.Triggers;

/// <summary>The one timer: it starts what is due, sweeps up after runs that ended without doing so themselves, and says how old the newest backup is.</summary>
public sealed partial class Schedules(
    StoreConnection connection,
    RunStarter starter,
    TickWork work,
    BackupOptions options,
    TimeProvider time,
    ILogger<Schedules> log)
{
    /// <summary>One tick. The timer's own schedule only says how often; what is due is decided from the configured schedules and their state in the store.</summary>
    [Function("ScheduleTick")]
    public async Task Tick([TimerTrigger("%BACKUP_TICK%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var steps = work.Steps;
        StoreServices? opened = null;
        if (!await steps.RunAsync("open the store", async stop => opened = await connection.OpenAsync(stop), cancellationToken) || opened is not { } services)
        {
            return;
        }

        if (options.Role != AppRole.Maintenance)
        {
            await steps.RunAsync("start backups", stop => StartBackupsAsync(services, client, stop), cancellationToken);
        }

        await work.RunAsync(services, client, cancellationToken);
        await steps.SaveAsync(services.Ticks, cancellationToken);
    }

    /// <summary>Each schedule, its next due time, and its last runs.</summary>
    [Function(nameof(ListSchedules))]
    public async Task<IResult> ListSchedules(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/schedules")] HttpRequest request, CancellationToken cancellationToken)
    {
        var services = await connection.OpenAsync(cancellationToken);
        var state = await StatesOf(services).PeekAsync(cancellationToken);
        var now = time.GetUtcNow();
        var schedules = options.Schedules.Select(s => new
        {
            s.Name,
            Cron = s.Cron.ToString(),
            TimeZone = s.TimeZone.Id,
            Class = s.Class.ToString().ToLowerInvariant(),
            s.Paused,
            NextRun = s.Paused ? null : s.NextDue(now),
            SettledThrough = state?.Marks.TryGetValue(s.Name, out var mark) == true ? mark.SettledThrough : (DateTimeOffset?)null,
        });
        return ApiResults.Ok(new { Schedules = schedules, Pending = state?.Pending?.BackupId });
    }

    private ScheduleStates StatesOf(StoreServices services) =>
        new(services.Store, new SettledMarks(services.Records, services.Catalog, time), options.ClusterName, options.Schedules, log);

    private async Task StartBackupsAsync(StoreServices services, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var starting = new ScheduledRuns(starter, client, services.Records, options);
        var outcome = await new ScheduleTick(options.ClusterName, StatesOf(services), starting, time).RunAsync(options.Schedules, cancellationToken);
        if (outcome.Started is { } run)
        {
            LogStarted(log, run.Schedule, run.Due, run.BackupId, outcome.Missed.Count);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "Schedule {Schedule}, due {Due}, started backup {Backup}; it makes up {Missed} missed due times")]
    private static partial void LogStarted(ILogger logger, string schedule, DateTimeOffset due, string backup, int missed);
}
