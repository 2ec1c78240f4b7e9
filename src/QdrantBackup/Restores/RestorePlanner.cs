using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Restores;

/// <summary>Chooses the backup, looks at the target and refuses what would break a promise.</summary>
public sealed class RestorePlanner(SealedStore store, ClusterNodes nodes, BackupCatalog catalog, RunPins pins, CaptureOptions options)
{
    /// <summary>Plans, pins the backup, stores the plan. Repeating it returns the plan stored first.</summary>
    public Task<RestorePlanOverview> PlanAsync(RunRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Plans without pinning or storing anything.</summary>
    public Task<RestorePlanOverview> PreviewAsync(RunRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
