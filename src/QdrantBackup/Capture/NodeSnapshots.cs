using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.Capture;

/// <summary>Stored snapshots on the nodes: noting, beginning, finding and deleting them. Each member is one journaled step.</summary>
public sealed class NodeSnapshots(ClusterNodes nodes)
{
    /// <summary>The names that the node lists now; a collection that is gone is a <see cref="SourceException"/>.</summary>
    public async Task<IReadOnlyList<string>> ListNamesAsync(PartKey key, CancellationToken cancellationToken) =>
        [.. (await ListAsync(key, cancellationToken)).Select(s => s.Name).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Begins a snapshot; the node continues after this call ends. If it is unknown whether the node received the request, this checks before it asks again: a second request
    /// would make a second snapshot, and neither could then be distinguished from a foreign one.
    /// </summary>
    public async Task BeginAsync(PartKey key, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        ThrowIfShard(key);
        try
        {
            await nodes.Of(key).BeginSnapshotAsync(key.Collection, cancellationToken);
        }
        catch (SourceException e) when (e.IsOutcomeUnknown)
        {
            // If the node does not report what it is making, the run waits as if the snapshot had begun.
            var isBegun = await nodes.Of(key).CountRunningSnapshotsAsync(key.Collection, cancellationToken) is not 0
                || (await FindNewAsync(key, before, cancellationToken)).Count > 0;
            if (!isBegun)
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Snapshots that are listed now and were not before: none yet, one, or several. Of several none may be deleted, because their owner is not known. An odd entry is left out when
    /// its name cannot be that of a Qdrant snapshot; any other odd entry is a <see cref="SourceException"/>.
    /// </summary>
    public async Task<IReadOnlyList<SnapshotDescription>> FindNewAsync(PartKey key, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        var known = before.ToHashSet(StringComparer.Ordinal);
        var found = (await ListAsync(key, cancellationToken)).Where(s => !known.Contains(s.Name) && (s.Problem is null || MayBeMadeHere(key, s))).ToList();
        return found.Find(s => s.Problem is not null) is not { } odd
            ? [.. found.OrderBy(s => s.Name, StringComparer.Ordinal)]
            : throw new SourceException(
                $"the new snapshot '{odd.Name}' of collection '{key.Collection}' on {key.Node} cannot be used: {odd.Problem}",
                "Look at the node's log and its snapshots directory; the collection is captured again.",
                isTransient: true);
    }

    /// <summary>The same; null when the collection no longer exists, and its snapshots with it.</summary>
    public async Task<IReadOnlyList<SnapshotDescription>?> FindNewIfThereAsync(PartKey key, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        ThrowIfShard(key);
        var known = before.ToHashSet(StringComparer.Ordinal);
        return await nodes.Of(key).ListSnapshotsAsync(key.Collection, cancellationToken) is { } listed ? [.. listed.Where(s => !known.Contains(s.Name))] : null;
    }

    /// <summary>Deletes a snapshot; false when there was none.</summary>
    public Task<bool> DeleteAsync(PartKey key, string name, CancellationToken cancellationToken)
    {
        ThrowIfShard(key);
        return nodes.Of(key).DeleteSnapshotAsync(key.Collection, name, cancellationToken);
    }

    // Qdrant calls them COLLECTION-PEER-TIME.snapshot.
    private static bool MayBeMadeHere(PartKey key, SnapshotDescription snapshot) => snapshot.Name.StartsWith($"{key.Collection}-", StringComparison.Ordinal);

    private async Task<IReadOnlyList<SnapshotDescription>> ListAsync(PartKey key, CancellationToken cancellationToken)
    {
        ThrowIfShard(key);
        return await nodes.Of(key).ListSnapshotsAsync(key.Collection, cancellationToken)
            ?? throw new SourceException(
                $"collection '{key.Collection}' is no longer on {key.Node}",
                "It was deleted while the backup ran, and its snapshots with it. Start a new backup if the backup should hold it.");
    }

    private static void ThrowIfShard(PartKey key)
    {
        if (key.Shard is not null)
        {
            throw new RefusedException($"shard {key.Shard} of '{key.Collection}' cannot be captured by itself", "This version captures whole collections of a standalone server.");
        }
    }
}
