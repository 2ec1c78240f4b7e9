using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

/// <summary>Ranges that were planned by the headers alone, and cut each for itself, give the pieces of one pass.</summary>
public sealed class RangePlannerTests
{
    private const int MiB = 1 << 20;

    public static TheoryData<string> Fixtures => [.. SnapshotFixture.Names];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task The_pieces_of_a_real_snapshot_are_those_of_one_pass_in_ranges_of_any_length(string name)
    {
        byte[] bytes = SnapshotFixture.Load(name).Bytes;
        List<KeptPiece> expected = ChunkerDriver.Cut(bytes);
        foreach (int rangeBytes in (int[])[1, 50_000, 400_000])
        {
            Assert.Equal(expected, CutInRanges(bytes, (await PlanAsync(bytes, rangeBytes)).Starts));
        }
    }

    [Fact]
    public async Task A_real_collection_is_split_near_the_requested_places_and_little_of_it_is_read()
    {
        byte[] bytes = SnapshotFixture.Day("day1.collection.snapshot");
        (IReadOnlyList<RangeStart> starts, long bytesRead) = await PlanAsync(bytes, 4 * MiB);
        Assert.Equal(ChunkerDriver.Cut(bytes), CutInRanges(bytes, starts));
        Assert.InRange(starts.Count, 3, 5);
        Assert.InRange(bytesRead, 1, bytes.Length / 5);
    }

    [Fact]
    public async Task A_member_longer_than_a_range_is_split_at_multiples_of_four_mebibytes_from_its_beginning()
    {
        byte[] inner = new TarBuilder().Add("files/a", 700).Add("files/vectors", (41 * MiB) + 5).Add("files/z", 20_000).End();
        byte[] archive = new TarBuilder().Add("config.json", 20).Add("0/segments/s.tar", inner).Add("last", 9_000).End();
        (IReadOnlyList<RangeStart> starts, long bytesRead) = await PlanAsync(archive, 10 * MiB);

        long vectors = 512 + 512 + 512 + 512 + 1024 + 512;
        Assert.Equal([0, vectors + (12 * MiB), vectors + (24 * MiB), vectors + (36 * MiB)], starts.Select(s => s.Offset));
        Assert.Equal(ChunkerDriver.Cut(archive), CutInRanges(archive, starts));
        Assert.InRange(bytesRead, 1, 256 << 10);
    }

    [Fact]
    public async Task A_file_that_is_no_archive_or_breaks_half_way_is_split_too()
    {
        byte[] noise = TarBuilder.Noise(30 * MiB, 1);
        (IReadOnlyList<RangeStart> starts, _) = await PlanAsync(noise, 8 * MiB);
        Assert.Equal([0, 512 + (8 * MiB), 512 + (16 * MiB), 512 + (24 * MiB)], starts.Select(s => s.Offset));
        Assert.Equal(ChunkerDriver.Cut(noise), CutInRanges(noise, starts));

        byte[] broken = new TarBuilder().Add("0/a", 100_000).Add("0/b", 20 * MiB).End();
        broken[512 + 100_352 + 3] ^= 1;
        (starts, _) = await PlanAsync(broken, 6 * MiB);
        Assert.InRange(starts.Count, 3, 4);
        Assert.Equal(ChunkerDriver.Cut(broken), CutInRanges(broken, starts));
    }

    [Fact]
    public async Task A_cut_archive_is_planned_up_to_its_end()
    {
        byte[] archive = new TarBuilder().Add("0/a", 9 * MiB).End()[..(7 * MiB)];
        (IReadOnlyList<RangeStart> starts, _) = await PlanAsync(archive, 3 * MiB);
        Assert.Equal([0, 512 + (4 * MiB)], starts.Select(s => s.Offset));
        Assert.Equal(ChunkerDriver.Cut(archive), CutInRanges(archive, starts));
    }

    [Fact]
    public async Task The_last_range_has_the_summary_of_the_whole_archive()
    {
        byte[] bytes = SnapshotFixture.Load("yi34b_vectors").Bytes;
        (IReadOnlyList<RangeStart> starts, _) = await PlanAsync(bytes, 500_000);
        Assert.InRange(starts.Count, 2, 6);
        using var whole = new SnapshotChunker();
        using var last = new SnapshotChunker(starts[^1].State);
        ChunkerDriver.Cut(whole, bytes);
        ChunkerDriver.Cut(last, bytes.AsSpan((int)starts[^1].Offset));
        Assert.Equivalent(whole.Summary, last.Summary, strict: true);
    }

    [Fact]
    public async Task There_are_never_more_ranges_than_a_history_takes_and_never_more_reads_than_there_is_time_for()
    {
        byte[] archive = new TarBuilder().Add("0/a", 100).End();
        var builder = new TarBuilder();
        for (int i = 0; i < 400; i++)
        {
            builder.Add($"0/{i}", 9_000);
        }

        byte[] many = builder.End();
        Assert.Equal(RangePlanner.MaxRanges, (await PlanAsync(many, 1)).Starts.Count);
        Assert.Equal(ChunkerDriver.Cut(many), CutInRanges(many, (await PlanAsync(many, 1)).Starts));

        int looks = 0;
        var planner = new RangePlanner(many.Length, 1, (offset, count, _) => Task.FromResult<ReadOnlyMemory<byte>>(many.AsMemory((int)offset, count)));
        Assert.InRange((await planner.PlanAsync(CancellationToken.None, () => ++looks > 50)).Count, 2, 50);
        Assert.Single((await PlanAsync(archive, 1)).Starts);
    }

    private static async Task<(IReadOnlyList<RangeStart> Starts, long BytesRead)> PlanAsync(byte[] bytes, long rangeBytes)
    {
        long bytesRead = 0;
        var planner = new RangePlanner(bytes.Length, rangeBytes, (offset, count, _) =>
        {
            bytesRead += count;
            return Task.FromResult<ReadOnlyMemory<byte>>(bytes.AsMemory((int)offset, count));
        });
        return (await planner.PlanAsync(CancellationToken.None), bytesRead);
    }

    private static List<KeptPiece> CutInRanges(byte[] bytes, IReadOnlyList<RangeStart> starts)
    {
        var pieces = new List<KeptPiece>();
        for (int i = 0; i < starts.Count; i++)
        {
            int end = i + 1 < starts.Count ? (int)starts[i + 1].Offset : bytes.Length;
            using var chunker = new SnapshotChunker(starts[i].State);
            pieces.AddRange(ChunkerDriver.Cut(chunker, bytes.AsSpan((int)starts[i].Offset, end - (int)starts[i].Offset)));
        }

        return pieces;
    }
}
