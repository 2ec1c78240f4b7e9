using QdrantBackup.Clusters;
using QdrantBackup.Manifests;

namespace QdrantBackup.Capture;

/// <summary>Stored snapshots on the nodes: noting, beginning, finding and deleting them. Each member is one journaled step.</summary>
public sealed class NodeSnapshots(ClusterNodes nodes)
{
    /// <summary>The names that the node lists now; a collection that is gone is a <see cref="SourceException"/>.</summary>
    public Task<IReadOnlyList<string>> ListNamesAsync(PartKey key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Begins a snapshot; creation outlives this call.</summary>
    public Task BeginAsync(PartKey key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Those that are listed now and were not before: none yet, one, or several, of which none may be deleted.</summary>
    public Task<IReadOnlyList<SnapshotDescription>> FindNewAsync(PartKey key, IReadOnlyList<string> before, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Deletes a snapshot; false when there was none.</summary>
    public Task<bool> DeleteAsync(PartKey key, string name, CancellationToken cancellationToken) => throw new NotImplementedException();
}
