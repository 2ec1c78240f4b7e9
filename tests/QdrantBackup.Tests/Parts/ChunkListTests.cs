using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Parts;

public sealed class ChunkListTests
{
    private static readonly byte[] Sha256 = SHA256.HashData("range"u8);

    [Fact]
    public void A_list_reads_back_as_it_was_written()
    {
        ChunkList list = ChunkList.Read("lists/x", Plaintext());
        ChunkListEntry[] entries = [.. list.Entries];
        Assert.Equal((3, 2, 1000L, 105L), (list.PartNo, list.Range, list.Offset, list.Length));
        Assert.Equal(Convert.ToHexStringLower(Sha256), list.Sha256);
        Assert.Equal("hello"u8.ToArray(), entries[0].Inline.ToArray());
        Assert.Equal((Id(), 100, 152), (entries[1].Id, entries[1].Length, entries[1].SealedLength));
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        byte[] plaintext = Plaintext();
        for (int length = 0; length < plaintext.Length; length++)
        {
            Assert.Throws<SealException>(() => ChunkList.Read("lists/x", plaintext.AsMemory(0, length)));
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(5, 0)]
    [InlineData(25, 104)]
    [InlineData(58, 7)]
    [InlineData(59, 0x80)]
    [InlineData(62, 6)]
    [InlineData(72, 0)]
    public void A_list_with_impossible_numbers_is_refused(int at, byte value)
    {
        byte[] plaintext = Plaintext();
        plaintext[at] = value;
        Assert.Throws<SealException>(() => ChunkList.Read("lists/x", plaintext));
    }

    [Fact]
    public void More_than_sixteen_mebibytes_do_not_go_inline()
    {
        var list = new ChunkListWriter(1, 0, 0);
        byte[] run = new byte[1 << 20];
        for (int i = 0; i < 16; i++)
        {
            Assert.True(list.TryAddInline(run));
        }

        Assert.False(list.TryAddInline([1]));
        Assert.Equal(16L << 20, ChunkList.Read("lists/x", list.Complete(Sha256)).Length);
    }

    [Fact]
    public void Chunks_are_set_in_any_order_and_listed_in_their_own()
    {
        var list = new ChunkListWriter(1, 0, 0);
        int[] places = [.. Enumerable.Range(1, 5000).Select(list.AddChunk)];
        foreach (int i in Enumerable.Range(0, places.Length).Reverse())
        {
            Assert.Throws<InvalidOperationException>(() => list.Complete(Sha256));
            list.SetChunk(places[i], new ChunkId(SHA256.HashData(BitConverter.GetBytes(i))), SealedHeader.Overhead + i + 1);
        }

        ChunkListEntry[] entries = [.. ChunkList.Read("lists/x", list.Complete(Sha256)).Entries];
        Assert.Equal(
            Enumerable.Range(0, places.Length).Select(i => new ChunkListEntry(default, new ChunkId(SHA256.HashData(BitConverter.GetBytes(i))), i + 1, SealedHeader.Overhead + i + 1)),
            entries);
    }

    private static ChunkId Id() => new(SHA256.HashData("id"u8));

    private static byte[] Plaintext()
    {
        var list = new ChunkListWriter(3, 2, 1000);
        list.TryAddInline("hello"u8);
        list.SetChunk(list.AddChunk(100), Id(), 152);
        return list.Complete(Sha256).ToArray();
    }
}
