using QdrantBackup.Capture;
using QdrantBackup.Clusters;

namespace QdrantBackup.Restores;

/// <summary>One look at whether a restored collection has settled.</summary>
/// <param name="IsSettled">Every node shows all replicas Active, no transfer, status green. Twice in a row means done.</param>
/// <param name="Reason">What it still waits for.</param>
public sealed record SettledLook(bool IsSettled, string? Reason);

/// <summary>Whether a restored collection holds as many points as the backup.</summary>
/// <param name="IsGood">False when a count differs from the backup's exact one.</param>
/// <param name="Expected">The backup's count, or null where it is not known exactly.</param>
/// <param name="Actual">The count now, or null where it is not known.</param>
/// <param name="Problem">Why the count now is not known.</param>
public sealed record RestoreVerdict(bool IsGood, ulong? Expected, ulong? Actual, string? Problem = null);

/// <summary>What follows an upload: settling, counting, aliases.</summary>
public sealed class RestoreChecks(ClusterNodes nodes, RestorePlans plans)
{
    /// <summary>Looks once at every node.</summary>
    public async Task<SettledLook> LookAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        RestoreItem item = (await plans.ReadAsync(step.RunId, cancellationToken)).Item(step.ItemNo);
        foreach (IQdrantNode node in nodes.All)
        {
            if (await LookAsync(node, item.Target, cancellationToken) is { } reason)
            {
                return new SettledLook(IsSettled: false, $"{ClusterNodes.NameOf(node)}: {reason}");
            }
        }

        return new SettledLook(IsSettled: true, Reason: null);
    }

    /// <summary>Counts exactly and compares.</summary>
    public async Task<RestoreVerdict> CheckAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        RestoreItem item = (await plans.ReadAsync(step.RunId, cancellationToken)).Item(step.ItemNo);
        IQdrantNode node = nodes.Named(item.Node);
        PointCount count = await PointCounts.TakeAsync(node, item.Target, described: null, cancellationToken);
        if ((count.Points ?? count.WithHidden) is { } points)
        {
            // Those that wait for the optimizer are restored too.
            return new RestoreVerdict(item.PointCount is null || item.PointCount == points, item.PointCount, points);
        }

        // The data is there; there is doubt only where the backup knows its count.
        return await node.DescribeCollectionAsync(item.Target, cancellationToken) is not null
            ? new RestoreVerdict(item.PointCount is null, item.PointCount, Actual: null, count.Problem)
            : throw new SourceException($"collection '{item.Target}' is not there after its restore", "Look at the server's log; restore it again.");
    }

    /// <summary>Points the item's aliases to the restored collection; returns those set.</summary>
    public async Task<IReadOnlyList<string>> SetAliasesAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        RestoreItem item = (await plans.ReadAsync(step.RunId, cancellationToken)).Item(step.ItemNo);
        if (item.Aliases.Count > 0)
        {
            await nodes.Named(item.Node).SetAliasesAsync([.. item.Aliases.Select(a => new CollectionAlias(a, item.Target))], cancellationToken);
        }

        return item.Aliases;
    }

    private static async Task<string?> LookAsync(IQdrantNode node, string collection, CancellationToken cancellationToken)
    {
        CollectionInfo? info = await node.DescribeCollectionAsync(collection, cancellationToken);
        CollectionPlacement? placement = info is null ? null : await node.GetPlacementAsync(collection, cancellationToken);
        if (info is null || placement is null)
        {
            return $"collection '{collection}' is not there yet";
        }

        if (placement.Shards.FirstOrDefault(s => !string.Equals(s.State, "Active", StringComparison.Ordinal)) is { } replica)
        {
            return $"shard {replica.ShardId} is {replica.State}";
        }

        if (placement.TransferCount > 0)
        {
            return $"{placement.TransferCount} shard transfers are going on";
        }

        return string.Equals(info.Status, "green", StringComparison.OrdinalIgnoreCase) ? null : $"its status is {info.Status}";
    }
}
