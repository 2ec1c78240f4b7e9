using QdrantBackup.Clusters;

namespace QdrantBackup.Capture;

/// <summary>How many points a collection has, or why that is not known.</summary>
/// <param name="Points">The exact count, or null.</param>
/// <param name="Problem">Why there is none.</param>
public sealed record PointCount(ulong? Points, string? Problem = null);

/// <summary>Counts points. A count only informs and proves nothing about bytes: a failed count (strict mode, time-out) never fails a part.</summary>
internal static class PointCounts
{
    public static async Task<PointCount> TakeAsync(IQdrantNode node, string collection, CancellationToken cancellationToken)
    {
        using IDisposable hurry = Patience.Use(Patience.OfPerson);
        try
        {
            return await node.CountPointsAsync(collection, cancellationToken) is { } points ? new PointCount(points) : new PointCount(null, "the collection is not there any more");
        }
        catch (SourceException e)
        {
            return new PointCount(null, e.Message);
        }
    }
}
