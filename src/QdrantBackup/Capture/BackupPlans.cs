using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>The stored plans of backups.</summary>
public sealed class BackupPlans(SealedStore store)
{
    /// <summary>Stores a plan unless the run has one, and returns the one that counts.</summary>
    public Task<BackupPlan> StoreAsync(BackupPlan plan, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads a run's plan.</summary>
    public Task<BackupPlan> ReadAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
