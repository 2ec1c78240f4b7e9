using Microsoft.DurableTask.Client;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Api;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.Functions.Triggers;

/// <summary>Turns a due time into a request and starts it. Everything in the request follows from the decision, so that repeating it writes the same.</summary>
internal sealed class ScheduledRuns(RunStarter starter, DurableTaskClient client, BackupOptions options) : IRunStarter
{
    public Task StartAsync(ScheduledRun run, CancellationToken cancellationToken) => starter.StartAsync(
        client,
        new RunRequest
        {
            RunId = new RunId(run.BackupId),
            Kind = RunKind.Backup,
            Cluster = run.Cluster,
            RequestedBy = $"schedule {run.Schedule}",
            RequestedAt = run.DecidedAt,
            InstanceId = run.InstanceId,
            Backup = new BackupRequest
            {
                Schedule = run.Schedule,
                Classes = [.. run.Classes().Select(c => c.ToString().ToLowerInvariant())],
                Labels = options.Labels,
                AllowEmpty = options.Schedules.Any(s => s.AllowEmpty && run.Served.Any(due => due.Schedule == s.Name)),
                Description = Describe(run),
            },
        },
        cancellationToken);

    private static string? Describe(ScheduledRun run)
    {
        var missed = run.MissedRuns();
        return missed.Count == 0 ? null : $"makes up {string.Join(", ", missed.Take(10).Select(m => $"{m.Schedule} due {m.Due:u}"))}";
    }
}
