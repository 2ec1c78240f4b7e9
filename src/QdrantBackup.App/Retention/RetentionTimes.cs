using System.Globalization;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Retention;

/// <summary>
/// Starts retention when it is due and after backups. It keeps no state: a run's id follows from its due time, or from the backup that it comes after, so whoever looks,
/// and however often, starts each once. A due time that passed more than a day ago is not made up: the next one does the same.
/// </summary>
public sealed class RetentionTimes(RunStarter starter, BackupOptions options, TimeProvider time)
{
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(1);

    // More than there are minutes in a day.
    private const int MaxDue = 1500;

    /// <summary>Starts what is due now, unless a retention goes on: the next look starts it then.</summary>
    public async Task StartDueAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var request = await FindDueAsync(opened, cancellationToken) ?? await FindAfterBackupAsync(opened, cancellationToken);
        if (request is not null && await starter.FindRunningAsync(client, RunKind.Retention, cancellationToken) is null)
        {
            await starter.StartAsync(client, request, cancellationToken);
        }
    }

    private async Task<RunRequest?> FindDueAsync(OpenedStore opened, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (options.Retention.Schedule?.DueBetween(now - LookBack, now, MaxDue).Select(due => (DateTimeOffset?)due).LastOrDefault() is not { } due)
        {
            return null;
        }

        var run = RetentionRunId.OfDue(options.ClusterName, due);
        return await opened.Records.IsKnownAsync(run, cancellationToken) || await IsBeforeStoreAsync(opened, due, cancellationToken)
            ? null
            : RequestOf(run, due.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), due, "schedule", prune: true);
    }

    // There was nothing to judge then.
    private static async Task<bool> IsBeforeStoreAsync(OpenedStore opened, DateTimeOffset due, CancellationToken cancellationToken) =>
        await opened.Store.Blobs.FindAsync(BlobNames.Store, cancellationToken) is { } made && due < made.Modified;

    /// <summary>After the last backup that is complete, if no retention was asked for since it was done. It only ends backups: listing all chunks once a day is enough.</summary>
    private async Task<RunRequest?> FindAfterBackupAsync(OpenedStore opened, CancellationToken cancellationToken)
    {
        if (!options.Retention.AfterBackups)
        {
            return null;
        }

        (RunId Run, DateTimeOffset Finished)? backup = null;
        DateTimeOffset? looked = null;
        await foreach (var run in opened.Records.ListAsync(time.GetUtcNow() - LookBack, cancellationToken))
        {
            if (run.IsAhead || run.Request.Cluster != options.ClusterName)
            {
                continue;
            }

            if (run.Request.Kind == RunKind.Retention)
            {
                looked = looked > run.Request.RequestedAt ? looked : run.Request.RequestedAt;
            }
            else if (run is { Request.Kind: RunKind.Backup, Result.State: RunState.Complete } && !(backup?.Finished >= run.Result.Finished))
            {
                backup = (run.Request.RunId, run.Result.Finished);
            }
        }

        return backup is { } last && !(looked >= last.Finished)
            ? RequestOf(RetentionRunId.After(last.Run, last.Finished), $"after-{last.Run}", last.Finished, $"backup {last.Run}", prune: false)
            : null;
    }

    // Everything in it follows from what it is for, so that two lookers write the same.
    private RunRequest RequestOf(RunId run, string occasion, DateTimeOffset at, string by, bool prune) => new()
    {
        RunId = run,
        Kind = RunKind.Retention,
        Cluster = options.ClusterName,
        RequestedBy = by,
        RequestedAt = at,
        InstanceId = RunRequest.InstancePrefix(RunKind.Retention, options.ClusterName) + occasion,
        Retention = new RetentionRequest { Prune = prune },
    };
}
