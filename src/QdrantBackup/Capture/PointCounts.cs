using System.Text.Json;
using QdrantBackup.Clusters;

namespace QdrantBackup.Capture;

/// <summary>How many points a collection has, or why that is not known.</summary>
/// <param name="Points">The exact count, or null.</param>
/// <param name="Problem">Why there is none.</param>
/// <param name="WithHidden">How many the server shows together with those that it hides from counts; null where it hides none.</param>
public sealed record PointCount(ulong? Points, string? Problem = null, ulong? WithHidden = null);

/// <summary>Counts points. A count only informs and proves nothing about bytes: a failed count (strict mode, time-out) never fails a part.</summary>
internal static class PointCounts
{
    /// <summary>
    /// Counts exactly. With <c>prevent_unoptimized</c> (from 1.17.1) counts leave out the points that still wait for the optimizer, while snapshots hold them and descriptions count
    /// them: such a number is no count.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="described">Its description, where the caller has just read it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<PointCount> TakeAsync(IQdrantNode node, string collection, CollectionInfo? described, CancellationToken cancellationToken)
    {
        using IDisposable hurry = Patience.Use(Patience.OfPerson);
        try
        {
            if (await node.CountPointsAsync(collection, cancellationToken) is not { } points)
            {
                return new PointCount(null, "the collection is not there any more");
            }

            return (described ?? await node.DescribeCollectionAsync(collection, cancellationToken)) is { } info && WithHidden(info.Result) is { } all && all != points
                ? new PointCount(null, $"only {points} of {all} points can be counted now: the others wait for the optimizer (prevent_unoptimized)", all)
                : new PointCount(points);
        }
        catch (SourceException e)
        {
            return new PointCount(null, e.Message);
        }
    }

    private static ulong? WithHidden(JsonElement description) =>
        description.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object
        && config.TryGetProperty("optimizer_config", out var optimizer) && optimizer.ValueKind == JsonValueKind.Object
        && optimizer.TryGetProperty("prevent_unoptimized", out var hides) && hides.ValueKind == JsonValueKind.True
        && description.TryGetProperty("points_count", out var all) && all.ValueKind == JsonValueKind.Number && all.TryGetUInt64(out var count)
            ? count
            : null;
}
