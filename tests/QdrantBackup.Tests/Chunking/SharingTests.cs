using QdrantBackup.Harness;

namespace QdrantBackup.Tests.Chunking;

/// <summary>How much one day's snapshot of a real collection shares with the next day's: chunks, by their plaintext; inline bytes are counted separately.</summary>
public sealed class SharingTests(ITestOutputHelper output, SharingTests.Pieces pieces) : IClassFixture<SharingTests.Pieces>
{
    [Theory]
    [InlineData("day2-idle.shard.snapshot", 0.1)]
    [InlineData("day3-overwritten-0.1.shard.snapshot", 3.0)]
    [InlineData("day4-overwritten-1.shard.snapshot", 3.9)]
    [InlineData("day5-appended-1.shard.snapshot", 2.1)]
    [InlineData("day6-overwritten-5.shard.snapshot", 9.0)]
    [InlineData("day7-payload-1.shard.snapshot", 6.5)]
    public void A_days_change_makes_no_more_than_so_many_percent_of_the_snapshot_new(string file, double limit)
    {
        (double percent, double inline) = NewPercent(file);
        Assert.InRange(percent, 0, limit);
        Assert.InRange(inline, 0, 3);
    }

    [Fact]
    public void Overwriting_one_percent_in_place_makes_four_fifths_of_an_unindexed_snapshot_new()
    {
        // The worst case, measured as it is: points spread over the whole file of vectors, which no optimizer rebuilds, touch each of its pieces.
        (double percent, _) = NewPercent("unindexed-day2-overwritten-1.shard.snapshot");
        Assert.InRange(percent, 75, 85);
    }

    private (double Percent, double Inline) NewPercent(string file)
    {
        string before = pieces.Days.Days.Single(d => d.File == file).Before!;
        var known = pieces.Of(before).Where(p => !p.IsInline).Select(p => p.Hash).ToHashSet();
        List<KeptPiece> now = pieces.Of(file);
        double length = now.Sum(p => (long)p.Length);
        long fresh = now.Where(p => !p.IsInline && known.Add(p.Hash)).Sum(p => (long)p.Length);
        long inline = now.Where(p => p.IsInline).Sum(p => (long)p.Length);
        output.WriteLine($"{file}: {100 * fresh / length:0.00} % new in chunks, {100 * inline / length:0.00} % inline");
        return (100 * fresh / length, 100 * inline / length);
    }

    /// <summary>Each day's pieces, cut once for all tests.</summary>
    public sealed class Pieces
    {
        private readonly Dictionary<string, List<KeptPiece>> _cut = new(StringComparer.Ordinal);

        public ShardDays Days { get; } = ShardDays.Load(Repository.Path("tests", "fixtures", "days"));

        internal List<KeptPiece> Of(string file)
        {
            if (!_cut.TryGetValue(file, out List<KeptPiece>? pieces))
            {
                pieces = ChunkerDriver.Cut(Days[file].Span);
                _cut.Add(file, pieces);
            }

            return pieces;
        }
    }
}
