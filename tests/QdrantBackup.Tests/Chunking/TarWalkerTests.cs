using System.Buffers.Binary;
using System.Text;
using CsCheck;
using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

public sealed class TarWalkerTests
{
    private static (ArchiveSummary Summary, List<ArchiveMember> Members) Walk(byte[] bytes)
    {
        var listener = new MemberList();
        var walker = new TarWalker(listener);
        TarWalkerFixtureTests.Walk(walker, bytes, 1000);
        return (walker.Summary, listener.Members);
    }

    [Fact]
    public void A_long_name_before_a_member_is_its_name()
    {
        string name = "0/" + new string('x', 300);
        byte[] archive = new TarBuilder().Add("././@LongLink", Encoding.UTF8.GetBytes(name + "\0"), 'L').Add("cut", 10).Add("next", 10).End();
        Assert.Equal([(name, 0L, 1536L), ("next", 2048L, 2560L)], Walk(archive).Members.Select(m => (m.Name, m.HeaderOffset, m.DataOffset)));
    }

    [Fact]
    public void Extended_headers_and_long_links_are_no_members()
    {
        byte[] archive = new TarBuilder().Add("h", 100).Add("pax", [.. "30 mtime=1\n"u8], 'x').Add("g", [1], 'g').Add("././@LongLink", [65, 0], 'K').Add("m", 0).End();
        Assert.Equal(["h", "m"], Walk(archive).Members.Select(m => m.Name));
    }

    [Fact]
    public void A_leading_dot_slash_is_left_out_and_directories_have_no_bytes()
    {
        byte[] archive = new TarBuilder().Add("./0/", [], '5', statedLength: 4096).Add("./0/shard_config.json", 4).End();
        (ArchiveSummary summary, List<ArchiveMember> members) = Walk(archive);
        Assert.Equal(["0", "0/shard_config.json"], members.Select(m => m.Name));
        Assert.Equal([new ShardFiles(0, true, false)], summary.Shards);
    }

    [Fact]
    public void A_size_in_base_256_is_read()
    {
        byte[] content = TarBuilder.Noise(700, 1);
        byte[] archive = new TarBuilder().Add("big", content, change: h =>
        {
            h.AsSpan(124, 12).Clear();
            h[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(h.AsSpan(128), content.Length);
        }).Add("next", 1).End();
        Assert.Equal([("big", 700L), ("next", 1L)], Walk(archive).Members.Select(m => (m.Name, m.Length)));
    }

    [Theory]
    [InlineData(0xFF, 0)]
    [InlineData(0x80, 0x80)]
    public void A_negative_or_monstrous_size_ends_the_structure(byte first, byte top)
    {
        byte[] archive = new TarBuilder().Add("a", 5).Add("bad", [], change: h => (h[124], h[128]) = (first, top)).End();
        Assert.Equal(1024, Walk(archive).Summary.BrokenAt);
    }

    [Fact]
    public void The_largest_size_of_all_does_not_overflow()
    {
        byte[] archive = new TarBuilder().Add("a.tar", [], change: h =>
        {
            h.AsSpan(124, 12).Clear();
            h[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(h.AsSpan(128), long.MaxValue);
        }).End();
        Assert.Equal(0, Walk(archive).Summary.BrokenAt);
    }

    [Fact]
    public void A_sparse_map_that_goes_on_in_further_blocks_is_read_whole()
    {
        byte[] more = new byte[512];
        WriteEntry(more, 0, 8192, 3);
        byte[] archive = new TarBuilder()
            .Add("sparse", [], 'S', h =>
            {
                TarBuilder.WriteOctal(h, 124, 11, 7);
                for (int i = 0; i < 4; i++)
                {
                    WriteEntry(h, 386 + (24 * i), 1024 * i, 1);
                }

                h[482] = 1;
                TarBuilder.WriteOctal(h, 483, 11, 10_000);
            })
            .AddRaw(more).AddPadded([1, 2, 3, 4, 5, 6, 7]).Add("next", 1).End();
        ArchiveMember sparse = Walk(archive).Members[0];
        Assert.Equal(10_000, sparse.Length);
        Assert.Equal(7, sparse.ArchivedLength);
        Assert.Equal([new(0, 1), new(1024, 1), new(2048, 1), new(3072, 1), new SparseEntry(8192, 3)], sparse.SparseMap);
        Assert.Equal("next", Walk(archive).Members[1].Name);
    }

    [Fact]
    public void Archives_are_opened_four_deep_and_no_deeper()
    {
        byte[] archive = new TarBuilder().Add("core", 9).End();
        for (int i = 6; i > 0; i--)
        {
            archive = new TarBuilder().Add($"{i}.tar", archive).End();
        }

        (ArchiveSummary summary, List<ArchiveMember> members) = Walk(archive);
        Assert.Equal("1.tar!2.tar!3.tar!4.tar!5.tar", members[^1].Name);
        Assert.False(members[^1].IsOpened);
        Assert.True(summary.EndsWithTrailer);
    }

    [Fact]
    public void A_damaged_nested_archive_is_named_and_the_outer_one_goes_on()
    {
        byte[] inner = new TarBuilder().Add("a", 3).Add("b", 3).End();
        inner[1024] ^= 1;
        (ArchiveSummary summary, List<ArchiveMember> members) = Walk(new TarBuilder().Add("0/segments/s.tar", inner).Add("config.json", 2).End());
        Assert.Equal("0/segments/s.tar", summary.DamagedArchive);
        Assert.Equal("config.json", members[^1].Name);
        Assert.Contains("0/segments/s.tar", ArchiveCheck.CollectionSnapshot(summary));
    }

    [Fact]
    public void A_member_of_a_nested_archive_cannot_reach_beyond_it()
    {
        byte[] inner = new TarBuilder().Add("a", [], statedLength: 5000).End();
        ArchiveSummary summary = Walk(new TarBuilder().Add("s.tar", inner).Add("last", 2).End()).Summary;
        Assert.Equal("s.tar", summary.DamagedArchive);
        Assert.Equal("last", summary.LastMember);
    }

    [Fact]
    public void The_walk_passes_any_bytes_to_their_end() =>
        Gen.Select(Gen.Byte, Gen.Int[0, 5000], Gen.Int[0, 5000]).Array[1, 30].Sample(changes =>
        {
            byte[] inner = new TarBuilder().Add("a", 700).Add("b", 10).End();
            byte[] archive = new TarBuilder().Add("s.tar", inner).Add("long", [.. Enumerable.Repeat((byte)'n', 200)], 'L').Add("x", 600).End();
            foreach ((byte value, int at, _) in changes)
            {
                archive[at % archive.Length] = value;
            }

            return Walk(archive).Summary.Length == archive.Length
                && ChunkerDriver.Cut(archive, 13).Sum(p => p.Length) == archive.Length
                && ChunkerDriver.Cut(archive, 13).SequenceEqual(ChunkerDriver.Cut(archive));
        }, iter: 200);

    private static void WriteEntry(byte[] block, int at, long offset, long length)
    {
        TarBuilder.WriteOctal(block, at, 11, offset);
        TarBuilder.WriteOctal(block, at + 12, 11, length);
    }

    private sealed class MemberList : IArchiveListener
    {
        public List<ArchiveMember> Members { get; } = [];

        public void OnMember(ArchiveMember member) => Members.Add(member);

        public void OnData(ReadOnlySpan<byte> data)
        {
        }
    }
}
