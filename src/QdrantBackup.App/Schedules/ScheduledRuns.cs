using Microsoft.DurableTask.Client;
using QdrantBackup.App.Runs;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;

namespace QdrantBackup.App.Schedules;

/// <summary>Turns a due time into a request and starts it. Everything in the request follows from the decision, so that repeating it writes the same.</summary>
internal sealed class ScheduledRuns(RunStarter starter, DurableTaskClient client, RunRecords records, BackupOptions options) : IRunStarter
{
    public async Task StartAsync(ScheduledRun run, CancellationToken cancellationToken)
    {
        var request = RequestOf(run);
        try
        {
            await starter.StartAsync(client, request, cancellationToken);
        }
        catch (RefusedException)
        {
            // It was asked for before, under labels that were configured then, or by an earlier version; that request stands.
            if (await records.ReadRequestAsync(request.RunId, cancellationToken) is { } there && there.Kind == request.Kind && there.InstanceId == request.InstanceId)
            {
                await starter.StartAsync(client, there, cancellationToken);
                return;
            }

            throw;
        }
    }

    private RunRequest RequestOf(ScheduledRun run) =>
        new()
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
                Settles = run.Settles(),
            },
        };

    private static string? Describe(ScheduledRun run)
    {
        var missed = run.MissedRuns();
        return missed.Count == 0 ? null : $"makes up {string.Join(", ", missed.Take(10).Select(m => $"{m.Schedule} due {m.Due:u}"))}";
    }
}
