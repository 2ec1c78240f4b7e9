using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>The records <c>checks/tick-role/cluster</c>: what the tick of the app of each role comes to.</summary>
public sealed class TickRecords(SealedStore store)
{
    /// <summary>What the app of a role wrote last; null when there is nothing, or nothing that opens.</summary>
    public Task<TickState?> FindAsync(AppRole role, string cluster, CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(NameOf(role, cluster), RunsJson.Default.TickState, cancellationToken);

    /// <summary>Writes it, also over a damaged one.</summary>
    public Task WriteAsync(AppRole role, string cluster, TickState state, CancellationToken cancellationToken) =>
        store.ChangeRecordAsync(NameOf(role, cluster), RunsJson.Default.TickState, _ => state, cancellationToken);

    private static BlobName NameOf(AppRole role, string cluster) => BlobNames.Tick(role.ToString().ToLowerInvariant(), cluster);
}
