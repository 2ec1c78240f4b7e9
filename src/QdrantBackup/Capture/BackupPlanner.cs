using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Clusters;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>Reads the topology from every configured node and decides the parts of a backup.</summary>
public sealed class BackupPlanner(
    SealedStore store, ClusterNodes nodes, BackupCatalog catalog, RunPins pins, CaptureOptions options, ILogger<BackupPlanner> logger)
{
    /// <summary>Plans, pins the bases (before reading them again, docs/format.md §7), stores the plan. Repeating it returns the plan stored first.</summary>
    public Task<BackupPlanOverview> PlanAsync(RunRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Plans without pinning or storing anything.</summary>
    public Task<BackupPlanOverview> PreviewAsync(RunRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
