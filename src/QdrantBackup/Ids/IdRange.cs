namespace QdrantBackup.Ids;

/// <summary>A stretch of all the ids that chunks can have, by their first four bytes.</summary>
/// <param name="From">The first prefix in it, from 0.</param>
/// <param name="To">The first prefix behind it, at most 2^32.</param>
public readonly record struct IdRange(long From, long To)
{
    private const int BitsBelowFirstByte = 24;
    private const long AllPrefixes = 1L << 32;

    /// <summary>Every id.</summary>
    public static IdRange Whole { get; } = new(0, AllPrefixes);

    /// <summary>The n-th of so many stretches that together are this one; n counts from 1.</summary>
    public IdRange Slice(int number, int of) => new(From + ((To - From) * (number - 1) / of), From + ((To - From) * number / of));

    /// <summary>This stretch cut where the ids' first byte changes, as the store's folders are.</summary>
    public IEnumerable<IdRange> ByFirstByte()
    {
        for (long from = From; from < To;)
        {
            long next = Math.Min(To, ((from >> BitsBelowFirstByte) + 1) << BitsBelowFirstByte);
            yield return new IdRange(from, next);
            from = next;
        }
    }

    internal byte FirstByte => (byte)(From >> BitsBelowFirstByte);

    internal bool Contains(ChunkId id) => Contains(id.Prefix);

    internal bool Contains(uint prefix) => prefix >= From && prefix < To;
}
