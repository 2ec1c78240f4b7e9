using Microsoft.DurableTask.Client;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Orchestrations;

namespace QdrantBackup.Functions.Api;

/// <summary>Which complete backups this app made, as its own histories know it: what a store that was rolled back no longer shows.</summary>
public sealed class CommittedBackups(BackupOptions options)
{
    /// <summary>The newest one, or null when no history of one is left.</summary>
    internal async Task<SeenBackup?> FindNewestAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        SeenBackup? newest = null;
        var query = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: $"backup-{options.ClusterName}-", FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (instance.Name == nameof(BackupOrchestrator)
                && instance.ReadOutputAs<RunEnd>()?.Committed is { } committed
                && string.CompareOrdinal(committed.Id.Value, newest?.Id.Value) > 0)
            {
                newest = committed;
            }
        }

        return newest;
    }
}
