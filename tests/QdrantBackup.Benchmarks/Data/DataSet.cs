namespace QdrantBackup.Benchmarks.Data;

/// <summary>A kind of data to measure with.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Description">What it is and where it comes from.</param>
/// <param name="Write">Writes so many bytes of it, about, to a stream.</param>
internal sealed record DataSet(string Name, string Description, Action<Stream, long> Write)
{
    /// <summary>Nothing compresses, nothing is shared: the most that a byte can cost.</summary>
    public static DataSet Random { get; } = new("random", "random bytes, no archive", WriteRandom);

    /// <summary>What a snapshot mostly is.</summary>
    public static DataSet Vectors { get; } = new(
        "vectors",
        "a shard snapshot in the proportions of days/day1 (58 % float32 vectors of 128 dimensions, 29 % payload, graph, index and trackers), files of up to 32 MiB as Qdrant lays them out; " +
        "vectors are random directions like the fixture's and new, the rest is the fixture's own bytes, its 512-byte blocks in another order each time they come up",
        (target, length) => new SnapshotMaker(target, RealMembers.OfDay1()).Write(length, vectors: 0.58, payload: 0.29));

    /// <summary>What compresses.</summary>
    public static DataSet Payload { get; } = new(
        "payload",
        "the same with 10 % of vectors and 80 % of payload",
        (target, length) => new SnapshotMaker(target, RealMembers.OfDay1()).Write(length, vectors: 0.10, payload: 0.80));

    public static IReadOnlyList<DataSet> All { get; } = [Random, Vectors, Payload];

    private static void WriteRandom(Stream target, long length)
    {
        var block = new byte[1 << 20];
        for (long at = 0; at < length; at += block.Length)
        {
            System.Security.Cryptography.RandomNumberGenerator.Fill(block);
            target.Write(block, 0, (int)Math.Min(block.Length, length - at));
        }
    }
}
