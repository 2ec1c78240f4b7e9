using Microsoft.DurableTask.Client;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Runs;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Restores;

/// <summary>Which complete backups this app made, as its own histories know it: what a store that was rolled back no longer shows.</summary>
public sealed class CommittedBackups(BackupOptions options, TimeProvider time)
{
    // A month of histories holds every part of every run: as a rule the last few days tell.
    private static readonly TimeSpan[] LookBacks = [TimeSpan.FromDays(3), TimeSpan.FromDays(40)];

    /// <summary>The newest one, or null when no history of one is left.</summary>
    internal async Task<SeenBackup?> FindNewestAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var lookBack in LookBacks)
        {
            if (await FindNewestAsync(client, time.GetUtcNow() - lookBack, cancellationToken) is { } newest)
            {
                return newest;
            }
        }

        return null;
    }

    private async Task<SeenBackup?> FindNewestAsync(DurableTaskClient client, DateTimeOffset from, CancellationToken cancellationToken)
    {
        // From the status, not the output: a backup is one while its copy and its verification are still under way.
        SeenBackup? newest = null;
        var query = new OrchestrationQuery(
            CreatedFrom: from,
            Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Completed],
            InstanceIdPrefix: RunRequest.InstancePrefix(RunKind.Backup, options.ClusterName),
            FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (instance.Name == nameof(BackupOrchestrator)
                && instance.ReadCustomStatusAs<RunStatus>()?.Committed is { } committed
                && !BackupStanding.IsAhead(committed.Id, time.GetUtcNow())
                && string.CompareOrdinal(committed.Id.Value, newest?.Id.Value) > 0)
            {
                newest = committed;
            }
        }

        return newest;
    }
}
