using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>The records <c>checks/tick-role/cluster</c>: the results of the tick, by the role of the app.</summary>
public sealed class TickRecords(SealedStore store)
{
    /// <summary>The last record of the app of a role; null when it is missing or does not open.</summary>
    public Task<TickState?> FindAsync(AppRole role, string cluster, CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(NameOf(role, cluster), RunsJson.Default.TickState, cancellationToken);

    /// <summary>Writes it, also over a damaged record.</summary>
    public Task WriteAsync(AppRole role, string cluster, TickState state, CancellationToken cancellationToken) =>
        store.ChangeRecordAsync(NameOf(role, cluster), RunsJson.Default.TickState, _ => state, cancellationToken);

    private static BlobName NameOf(AppRole role, string cluster) => BlobNames.Tick(role.ToString().ToLowerInvariant(), cluster);
}
