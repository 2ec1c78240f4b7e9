using QdrantBackup.Manifests;

namespace QdrantBackup.Runs;

/// <summary>Whose turn it is on a cluster.</summary>
/// <param name="IsMine">Whether the run that asked holds it.</param>
/// <param name="Holder">The run that holds it.</param>
/// <param name="Until">When it ends unless renewed, by the store's clock.</param>
public sealed record LeaseReceipt(bool IsMine, RunId Holder, DateTimeOffset Until);

/// <summary>
/// Keeps two runs from working on one cluster at once. It saves double work; no promise of the store rests on it.
/// Time is the store's: the run writes its pin, whose modification time is "now".
/// </summary>
public sealed class ClusterLease(SealedStore store, RunPins pins)
{
    /// <summary>Takes the lease, or renews it if the run holds it; a stale one is taken over. Otherwise tells who holds it.</summary>
    public Task<LeaseReceipt> TryTakeAsync(string cluster, RunId runId, RunKind kind, TimeSpan duration, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Gives the lease back if the run holds it.</summary>
    public Task ReleaseAsync(string cluster, RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
