using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What is refused because it would break a promise, and what is asked for wrongly.</summary>
public sealed class RefusalTests(BackedUpSite backedUp) : IClassFixture<BackedUpSite>
{
    private Site Site => backedUp.Site;

    [Fact]
    public async Task A_collection_that_exists_is_not_overwritten_unless_that_is_said()
    {
        var before = Site.Hashes();
        var uploads = Uploads();

        var refused = await Site.RunAsync("restore", "--latest", "--full");
        Told.Clearly(refused, exitCode: 4, BackedUpSite.Collection, "overwrite");
        Assert.Equal(uploads, Uploads());
        Assert.Equal(before, Site.Hashes());

        Assert.Equal(0, (await Site.RunAsync("restore", "--latest", "--full", "--overwrite")).ExitCode);
        Assert.Equal(before, Site.Hashes());
        Assert.Empty(Site.SnapshotsOf(BackedUpSite.Collections));
    }

    [Theory]
    [InlineData("1.17.9")]
    [InlineData("1.20.0")]
    [InlineData("2.0.0")]
    public async Task A_server_of_a_version_that_does_not_fit_is_refused(string version)
    {
        Site.Qdrant.Reconfigure(o => o with { Version = version });
        try
        {
            var uploads = Uploads();
            Told.Clearly(await Site.RunAsync("restore", "--latest", "--full", "--suffix", "-2"), exitCode: 4, version, "1.18");
            Assert.Equal(uploads, Uploads());
        }
        finally
        {
            Site.Qdrant.Reconfigure(o => o with { Version = "1.18.3" });
        }
    }

    [Fact]
    public async Task A_cluster_of_one_peer_is_backed_up_and_restored_like_a_single_server()
    {
        Site.Qdrant.Reconfigure(o => o with { Peers = new Dictionary<ulong, string>() });
        try
        {
            await Site.BackUpAsync();
            var restored = await Site.RunAsync("restore", "--latest", "--full", "--suffix", "-of-a-peer");

            Assert.True(restored.ExitCode == 0, restored.Errors);
            foreach (var name in BackedUpSite.Collections)
            {
                Assert.Equal(Site.Qdrant.CollectionSha256(name), Site.Qdrant.CollectionSha256(name + "-of-a-peer"));
                Site.Qdrant.RemoveCollection(name + "-of-a-peer");
            }
        }
        finally
        {
            Site.Qdrant.Reconfigure(o => o with { Peers = null });
        }
    }

    [Fact]
    public async Task A_cluster_is_refused_by_backup_and_restore()
    {
        Site.Qdrant.Reconfigure(o => o with { Peers = new Dictionary<ulong, string> { [1] = "http://10.0.0.2:6335/" } });
        try
        {
            Told.Clearly(await Site.RunAsync("backup"), exitCode: 4, "cluster", "2 peers");
            Told.Clearly(await Site.RunAsync("restore", "--latest", "--full", "--suffix", "-2"), exitCode: 4, "cluster");
        }
        finally
        {
            Site.Qdrant.Reconfigure(o => o with { Peers = null });
        }

        await backedUp.AssertNothingIsLostAsync("refused");
    }

    [Fact]
    public async Task A_day_without_a_backup_is_answered_with_its_neighbours()
    {
        var result = await Site.RunAsync("restore", "--backup-date", "2020-02-29", "--full");

        Told.Clearly(result, exitCode: 2, "2020-02-29", backedUp.BackupId);
    }

    [Fact]
    public async Task A_collection_and_a_backup_that_are_not_there_are_named()
    {
        Told.Clearly(await Site.RunAsync("restore", "--latest", "--collection", "nowhere"), exitCode: 2, "nowhere", "show");
        Told.Clearly(await Site.RunAsync("show", "20200101T000000Z-000000"), exitCode: 2, "20200101T000000Z-000000");
    }

    [Theory]
    [InlineData("bakcup")]
    [InlineData("restore", "--full")]
    [InlineData("restore", "--latest", "--id", "x", "--full")]
    [InlineData("restore", "--latest")]
    [InlineData("restore", "--latest", "--full", "--rename", "a")]
    [InlineData("verify", "--level", "thorough")]
    public async Task Wrong_usage_is_explained(params string[] arguments) => Told.Clearly(await Site.RunAsync(arguments), exitCode: 2);

    private int Uploads() => Site.Qdrant.Requests.Count(r => r.Path.Contains("/snapshots/upload", StringComparison.Ordinal));
}
