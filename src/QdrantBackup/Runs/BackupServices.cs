using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Restores;
using QdrantBackup.Verification;

namespace QdrantBackup.Runs;

/// <summary>Registers everything that backs up, restores and verifies. All of it is stateless: what lasts is in the store.</summary>
public static class BackupServices
{
    /// <summary>
    /// Adds the services. Whoever calls this also registers the opened store (<see cref="Manifests.SealedStore"/>), <see cref="ClusterNodes"/>,
    /// <see cref="CaptureOptions"/>, a <see cref="TimeProvider"/> and logging.
    /// </summary>
    public static IServiceCollection AddBackupServices(this IServiceCollection services) => services
        .AddSingleton<RunRecords>()
        .AddSingleton<RunPins>()
        .AddSingleton<ClusterLease>()
        .AddSingleton<BackupCatalog>()
        .AddSingleton<BackupPlans>()
        .AddSingleton<BackupBases>()
        .AddSingleton<BackupPlanner>()
        .AddSingleton<NodeSnapshots>()
        .AddSingleton<PartTransfer>()
        .AddSingleton<PartResults>()
        .AddSingleton<ManifestDraft>()
        .AddSingleton<BackupCommit>()
        .AddSingleton<RestorePlans>()
        .AddSingleton<RestorePlanner>()
        .AddSingleton<PartRestore>()
        .AddSingleton<RestoreChecks>()
        .AddSingleton<BackupVerifier>();
}
