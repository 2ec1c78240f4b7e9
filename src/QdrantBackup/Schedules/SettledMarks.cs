using QdrantBackup.Catalog;
using QdrantBackup.Runs;

namespace QdrantBackup.Schedules;

/// <summary>
/// Computes from backups and runs which due times are settled, when the record of it was damaged: served due times are not repeated, and those that passed since are made up.
/// </summary>
public sealed class SettledMarks(RunRecords records, BackupCatalog catalog, TimeProvider time)
{
    /// <summary>How far back the records of runs are read. Manifests of any age are read, so this limits runs that made no backup.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(40);

    /// <summary>The state of a cluster's schedules, as far as it can be found. A schedule without any trace counts from now on.</summary>
    public async Task<ScheduleState> DeriveAsync(string cluster, IReadOnlyList<Schedule> schedules, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var settled = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (CatalogEntry entry in await catalog.ListAsync(new CatalogFilter { Cluster = cluster }, cancellationToken))
        {
            if (entry.Summary is { Schedule: { } name } && name.Length > 0)
            {
                Note(settled, name, entry.Id.Began);
            }
        }

        await foreach (RunOverview run in records.ListAsync(now - LookBack, cancellationToken))
        {
            if (run.Request is { Backup: { Schedule: { } asked } backup } request && request.Cluster == cluster)
            {
                Note(settled, asked, request.RequestedAt);
                foreach ((string name, DateTimeOffset through) in backup.Settles ?? new Dictionary<string, DateTimeOffset>())
                {
                    Note(settled, name, through);
                }
            }
        }

        return new ScheduleState
        {
            Marks = schedules.ToDictionary(
                s => s.Name,
                s => new ScheduleMark(settled.TryGetValue(s.Name, out DateTimeOffset through) ? through : now, s.Cron.Text, s.TimeZone.Id, s.Paused),
                StringComparer.Ordinal),
        };
    }

    private static void Note(Dictionary<string, DateTimeOffset> settled, string schedule, DateTimeOffset through) =>
        settled[schedule] = settled.TryGetValue(schedule, out DateTimeOffset known) && known > through ? known : through;
}
