using Microsoft.DurableTask.Client;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Verifications;

/// <summary>
/// Starts maintenance's own verification when it is due: the newest whole backup, every byte of it. What the backup app says of its backups proves nothing to the app that deletes.
/// As with retention the run's id follows from the due time, so whoever looks starts it once.
/// </summary>
public sealed class ReadBackRuns(RunStarter starter, BackupOptions options, TimeProvider time)
{
    // A due time that passed longer ago is not made up: the next one does the same.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);
    private const int MaxDue = 20_000;

    /// <summary>Starts what is due now.</summary>
    internal async Task StartDueAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (options.Retention.ReadBack?.DueBetween(now - LookBack, now, MaxDue).Select(due => (DateTimeOffset?)due).LastOrDefault() is not { } due)
        {
            return;
        }

        var run = RetentionRunId.OfReadBack(options.ClusterName, due);
        if (!await opened.Records.IsKnownAsync(run, cancellationToken))
        {
            await starter.StartAsync(client, RequestOf(run, due), cancellationToken);
        }
    }

    private RunRequest RequestOf(RunId run, DateTimeOffset due) => new()
    {
        RunId = run,
        Kind = RunKind.Verify,
        Cluster = options.ClusterName,
        RequestedBy = "schedule read-back",
        RequestedAt = due,
        InstanceId = RunRequest.InstancePrefix(RunKind.Verify, options.ClusterName) + run,
        Verify = new VerifyRequest { Level = VerifyLevel.Readable },
    };
}
