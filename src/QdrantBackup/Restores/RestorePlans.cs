using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Restores;

/// <summary>The stored plans of restores.</summary>
public sealed class RestorePlans(SealedStore store)
{
    /// <summary>Stores a plan unless the run has one, and returns the one that counts.</summary>
    public Task<RestorePlan> StoreAsync(RestorePlan plan, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads a run's plan.</summary>
    public Task<RestorePlan> ReadAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
