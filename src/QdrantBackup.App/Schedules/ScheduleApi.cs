using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Http;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Schedules;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Schedules;

/// <summary>Lists the schedules.</summary>
public sealed class ScheduleApi(StoreConnection connection, BackupOptions options, TimeProvider time, ILogger<ScheduleApi> log)
{
    /// <summary>Each schedule, its next due time, and its last runs.</summary>
    [Function(nameof(ListSchedules))]
    public async Task<IResult> ListSchedules(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/schedules")] HttpRequest request, CancellationToken cancellationToken)
    {
        var opened = await connection.OpenAsync(cancellationToken);
        var state = await StatesOf(opened).PeekAsync(cancellationToken);
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

    private ScheduleStates StatesOf(OpenedStore opened) =>
        new(opened.Store, new SettledMarks(opened.Records, opened.Catalog, time), options.ClusterName, options.Schedules, log);
}
