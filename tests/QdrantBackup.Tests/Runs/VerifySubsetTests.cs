using CsCheck;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.Tests.Runs;

public sealed class VerifySubsetTests
{
    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("3/30", 3, 30)]
    [InlineData("1000/1000", 1000, 1000)]
    public void A_share_is_read_as_it_is_written(string text, int number, int of)
    {
        Assert.True(VerifySubset.TryParse(text, out VerifySubset subset));
        Assert.Equal((number, of, text), (subset.Number, subset.Of, subset.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("0/30")]
    [InlineData("31/30")]
    [InlineData("1/1001")]
    [InlineData("-1/30")]
    [InlineData("1/2/3")]
    [InlineData(" 1/2")]
    public void A_text_that_is_no_share_is_refused(string? text) => Assert.False(VerifySubset.TryParse(text, out _));

    [Fact]
    public void Every_chunk_and_every_part_is_in_exactly_one_of_any_number_of_shares() =>
        Gen.Select(Gen.Int[1, VerifySubset.MaxOf], Gen.UInt, Gen.Int[1, 20_000]).Sample((of, prefix, partNo) =>
        {
            var id = new BackupId("20260901T020000Z-0a9hjz");
            VerifySubset[] shares = [.. Enumerable.Range(1, of).Select(n => VerifySubset.Share(n, of))];
            return shares.Count(s => s.Ids.Contains(prefix)) == 1 && shares.Count(s => s.Holds(id, partNo)) == 1;
        });

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    public void The_ends_of_all_ids_are_in_a_share_too(uint prefix) =>
        Assert.All([1, 2, 3, 30, 255, 256, 257, 1000], of => Assert.Single(Enumerable.Range(1, of), n => VerifySubset.Share(n, of).Ids.Contains(prefix)));

    [Fact]
    public void A_share_cut_by_folders_is_the_share() =>
        Gen.Select(Gen.Int[1, VerifySubset.MaxOf], Gen.Int[1, VerifySubset.MaxOf]).Where(p => p.Item1 <= p.Item2).Sample((number, of) =>
        {
            IdRange ids = VerifySubset.Share(number, of).Ids;
            IdRange[] parts = [.. ids.ByFirstByte()];
            return parts[0].From == ids.From && parts[^1].To == ids.To
                && parts.Zip(parts.Skip(1)).All(p => p.First.To == p.Second.From)
                && parts.All(p => p.FirstByte == (byte)((p.To - 1) >> 24));
        });

    [Fact]
    public void Ids_are_ordered_as_their_names_are() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample((a, b) =>
        {
            (ChunkId left, ChunkId right) = (new ChunkId(a), new ChunkId(b));
            return Math.Sign(ChunkId.Compare(left, right)) == Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString()))
                && ChunkId.TryParse(left.ToString(), out ChunkId read) && read == left;
        });
}
