using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

public sealed class ArchiveCheckTests
{
    private static readonly string[] s_collection = ["0/shard_config.json", "0/replica_state.json", "version.info", "config.json"];

    [Fact]
    public void A_collection_snapshot_with_what_it_needs_is_whole() => Assert.Null(Check(Archive(s_collection).End()));

    [Theory]
    [InlineData("0/shard_config.json", "shard 0 lacks shard_config.json")]
    [InlineData("0/replica_state.json", "shard 0 lacks replica_state.json")]
    [InlineData("version.info", "version.info is missing")]
    [InlineData("config.json", "config.json is missing")]
    public void A_file_that_a_collection_snapshot_lacks_is_named(string lacking, string problem) =>
        Assert.Equal(problem, Check(Archive(s_collection.Where(n => n != lacking)).End()));

    [Fact]
    public void A_shard_that_was_expected_and_is_not_there_is_named()
    {
        ArchiveSummary summary = Summarize(Archive(s_collection).End());
        Assert.Null(ArchiveCheck.CollectionSnapshot(summary, [0]));
        Assert.Equal("shard 3 is missing", ArchiveCheck.CollectionSnapshot(summary, [0, 3]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_archive_without_its_end_is_refused(int zeroBlocks) =>
        Assert.Contains("ends early", Check(Archive(s_collection).End(zeroBlocks)));

    [Fact]
    public void An_archive_cut_anywhere_is_refused()
    {
        byte[] archive = Archive(s_collection).End();
        for (int length = 0; length < archive.Length; length += 97)
        {
            Assert.NotNull(Check(archive[..length]));
        }
    }

    [Fact]
    public void A_file_that_is_no_archive_or_is_empty_is_refused()
    {
        Assert.Equal("it is empty", Check([]));
        Assert.Equal("it is not a tar archive", Check(TarBuilder.Noise(5000, 1)));
        Assert.Equal("the archive has no members", Check(new byte[1024]));
    }

    [Fact]
    public void A_shard_snapshot_needs_the_files_of_a_shard()
    {
        Assert.Null(ArchiveCheck.ShardSnapshot(Summarize(Archive(["replica_state.json", "shard_config.json"]).End())));
        Assert.Equal("replica_state.json is missing", ArchiveCheck.ShardSnapshot(Summarize(Archive(["shard_config.json"]).End())));
    }

    private static TarBuilder Archive(IEnumerable<string> names)
    {
        var builder = new TarBuilder();
        foreach (string name in names)
        {
            builder.Add(name, 20);
        }

        return builder;
    }

    private static string? Check(byte[] archive) => ArchiveCheck.CollectionSnapshot(Summarize(archive));

    private static ArchiveSummary Summarize(byte[] archive)
    {
        using var chunker = new SnapshotChunker();
        ChunkerDriver.Cut(chunker, archive);
        return chunker.Summary;
    }
}
