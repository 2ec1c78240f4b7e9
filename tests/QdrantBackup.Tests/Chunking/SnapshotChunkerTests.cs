using CsCheck;
using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

public sealed class SnapshotChunkerTests
{
    private const int MiB = 1 << 20;

    public static TheoryData<string> Fixtures => [.. SnapshotFixture.Names];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void The_pieces_of_a_real_snapshot_put_together_are_the_snapshot(string name)
    {
        byte[] bytes = SnapshotFixture.Load(name).Bytes;
        using var chunker = new SnapshotChunker();
        var rebuilt = new MemoryStream();
        ReadOnlySpan<byte> data = bytes;
        while (data.Length > 0)
        {
            data = data[chunker.Append(data)..];
            if (chunker.TryTake(out Piece piece))
            {
                rebuilt.Write(piece.Bytes.Span);
            }
        }

        chunker.Complete();
        if (chunker.TryTake(out Piece last))
        {
            rebuilt.Write(last.Bytes.Span);
        }

        Assert.Equal(bytes, rebuilt.ToArray());
        Assert.True(chunker.Summary.EndsWithTrailer);
    }

    [Theory]
    [InlineData("hermes_vectors")]
    [InlineData("yi34b_vectors-shard-1-stream")]
    [InlineData("docs-n0")]
    public void The_pieces_are_the_same_however_reads_are_split(string name)
    {
        byte[] bytes = SnapshotFixture.Load(name).Bytes;
        List<KeptPiece> expected = ChunkerDriver.Cut(bytes);
        Gen.Int[1, 70_000].Array[1, 20].Sample(
            reads => ChunkerDriver.Cut(bytes, reads).SequenceEqual(expected), iter: 12, threads: 1);
    }

    [Fact]
    public void The_pieces_are_the_same_read_byte_by_byte()
    {
        byte[] bytes = SnapshotFixture.Load("empty").Bytes;
        Assert.Equal(ChunkerDriver.Cut(bytes), ChunkerDriver.Cut(bytes, 1));
    }

    [Theory]
    [InlineData("hermes_vectors", 1)]
    [InlineData("yi34b_vectors", 1)]
    [InlineData("yi34b_vectors", 7)]
    [InlineData("docs-shard-2", 3)]
    public void The_pieces_are_the_same_however_the_stream_is_split_into_ranges(string name, int piecesPerRange)
    {
        byte[] bytes = SnapshotFixture.Load(name).Bytes;
        Assert.Equal(ChunkerDriver.Cut(bytes), ChunkerDriver.CutInRanges(bytes, piecesPerRange));
    }

    [Fact]
    public void An_unchanged_collection_needs_less_than_one_percent_of_new_chunk_bytes_the_next_day()
    {
        byte[] day2 = SnapshotFixture.Day("day2-idle.collection.snapshot");
        var known = ChunkerDriver.Cut(SnapshotFixture.Day("day1.collection.snapshot")).Where(p => !p.IsInline).Select(p => p.Hash).ToHashSet();
        List<KeptPiece> pieces = ChunkerDriver.Cut(day2);

        long newBytes = pieces.Where(p => !p.IsInline && !known.Contains(p.Hash)).Sum(p => (long)p.Length);
        long inlineBytes = pieces.Where(p => p.IsInline).Sum(p => (long)p.Length);

        Assert.InRange(newBytes, 0, day2.Length / 100);
        Assert.InRange(inlineBytes, 1, day2.Length / 50);
    }

    [Theory]
    [InlineData(8191, new int[0])]
    [InlineData(8192, new[] { 8192 })]
    [InlineData((64 << 10) - 1, new[] { (64 << 10) - 1 })]
    [InlineData(64 << 10, new[] { 64 << 10 })]
    [InlineData((64 << 10) + 1, new[] { 64 << 10, 1 })]
    [InlineData(MiB + (256 << 10) + (64 << 10) + 5, new[] { MiB, 256 << 10, 64 << 10, 5 })]
    [InlineData(4 * MiB, new[] { 4 * MiB })]
    [InlineData((9 * MiB) + 17, new[] { 4 * MiB, 4 * MiB, MiB, 17 })]
    public void A_member_is_cut_from_its_own_beginning(int length, int[] expected)
    {
        byte[] archive = new TarBuilder().Add("0/a", 700).Add("0/member", length).Add("0/z", 3).End();
        Assert.Equal(expected, ChunkerDriver.Cut(archive).Where(p => !p.IsInline).Select(p => p.Length));
    }

    [Fact]
    public void Members_of_a_nested_archive_are_cut_and_the_archive_itself_is_not()
    {
        byte[] inner = new TarBuilder().Add("files/vectors", 5 * MiB).Add("files/small", 10).End();
        byte[] archive = new TarBuilder().Add("0/segments/x.tar", inner).Add("config.json", 2).End();
        Assert.Equal([4 * MiB, MiB], ChunkerDriver.Cut(archive).Where(p => !p.IsInline).Select(p => p.Length));
    }

    [Fact]
    public void A_file_that_is_not_tar_is_cut_at_four_mebibytes()
    {
        byte[] bytes = TarBuilder.Noise(10 * MiB, 1);
        List<KeptPiece> pieces = ChunkerDriver.Cut(bytes);
        Assert.Equal([512, 4 * MiB, 4 * MiB, (2 * MiB) - 512], pieces.Select(p => p.Length));
        Assert.Equal([true, false, false, false], pieces.Select(p => p.IsInline));
    }

    [Fact]
    public void An_archive_that_breaks_half_way_is_cut_at_four_mebibytes_from_there()
    {
        byte[] archive = new TarBuilder().Add("0/a", 100_000).Add("0/b", 6 * MiB).End();
        archive[512 + 100_352 + 3] ^= 1;
        List<KeptPiece> pieces = ChunkerDriver.Cut(archive);
        Assert.Equal([64 << 10, 100_000 - (64 << 10), 4 * MiB, (2 * MiB) + 1024], pieces.Where(p => !p.IsInline).Select(p => p.Length));
    }

    [Fact]
    public void Inline_bytes_over_the_limit_of_a_list_go_into_chunks()
    {
        var builder = new TarBuilder();
        for (int i = 0; i < 2600; i++)
        {
            builder.Add($"0/{i}", 8000);
        }

        List<KeptPiece> pieces = ChunkerDriver.Cut(builder.End());
        Assert.InRange(pieces.Where(p => p.IsInline).Sum(p => (long)p.Length), 15 * MiB, 16 * MiB);
        Assert.Equal(4 * MiB, pieces.First(p => !p.IsInline).Length);
    }

    [Fact]
    public void Cutting_takes_one_chunk_and_one_block_of_memory_however_long_the_stream_is()
    {
        byte[] archive = new TarBuilder().Add("0/a", 3 * MiB).Add("0/segments/s.tar", new TarBuilder().Add("files/b", 9 * MiB).Add("files/c", 100).End()).Add("0/long", 20 * MiB).End();
        _ = ChunkerDriver.Cut(archive);
        long before = GC.GetAllocatedBytesForCurrentThread();

        using var chunker = new SnapshotChunker();
        long length = 0;
        for (int round = 0; round < 2; round++)
        {
            for (int at = 0; at < archive.Length - 1024;)
            {
                int taken = chunker.Append(archive.AsSpan(at, Math.Min(50_000, archive.Length - 1024 - at)));
                at += taken;
                length += taken;
                chunker.TryTake(out _);
            }
        }

        Assert.Equal(2L * (archive.Length - 1024), length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4 * MiB) + (128 << 10));
    }

    [Fact]
    public void State_cannot_be_kept_while_bytes_are_buffered()
    {
        using var chunker = new SnapshotChunker();
        Assert.Equal(100, chunker.Append(new byte[100]));
        Assert.Throws<InvalidOperationException>(chunker.SaveState);
    }
}
