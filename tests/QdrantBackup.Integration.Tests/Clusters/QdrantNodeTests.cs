using QdrantBackup.Clusters;
using QdrantStandIn;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

public sealed class QdrantNodeTests
{
    [Fact]
    public async Task A_node_tells_its_version_collections_aliases_and_that_it_stands_alone()
    {
        await using var fixture = await StartAsync();
        fixture.Server.SetCollection("b", Recorded("empty"));
        fixture.Server.SetCollection("a", Recorded("no-vectors"));
        await fixture.Node.SetAliasesAsync([new CollectionAlias("live", "a")], Stop);
        await fixture.Node.SetAliasesAsync([new CollectionAlias("live", "b"), new CollectionAlias("next", "a")], Stop);

        Assert.Equal("1.18.3", await fixture.Node.GetVersionAsync(Stop));
        Assert.Equal(["a", "b"], await fixture.Node.ListCollectionsAsync(Stop));
        Assert.Equal([new CollectionAlias("live", "b"), new CollectionAlias("next", "a")], await fixture.Node.ListAliasesAsync(Stop));
        Assert.False((await fixture.Node.GetClusterAsync(Stop)).IsEnabled);
    }

    [Fact]
    public async Task A_node_of_a_cluster_tells_its_peers_and_where_shards_are()
    {
        await using var fixture = await StartAsync(new StandInOptions { PeerId = 13542296025311659898, Peers = new Dictionary<ulong, string> { [7] = "http://n1:6335/" } });
        fixture.Server.SetCollection("docs", Recorded("docs-n0"));

        var cluster = await fixture.Node.GetClusterAsync(Stop);
        Assert.True(cluster.IsEnabled);
        Assert.Equal(13542296025311659898, cluster.PeerId);
        Assert.Equal([7, 13542296025311659898], cluster.Peers.Keys.Order().ToArray());
        var placement = await fixture.Node.GetPlacementAsync("docs", Stop);
        Assert.Equal(8, placement!.Shards.Count);
        Assert.Equal([0u, 2u, 3u], placement.Shards.Where(s => s.PeerId == placement.PeerId).Select(s => s.ShardId));
    }

    [Fact]
    public async Task A_collection_is_described_counted_and_placed()
    {
        await using var fixture = await StartAsync();
        fixture.Server.SetCollection("yi34b_vectors", Recorded("yi34b_vectors"));

        var info = await fixture.Node.DescribeCollectionAsync("yi34b_vectors", Stop);
        Assert.Equal(("green", 2), (info!.Status, info.ShardNumber));
        Assert.Equal(1500, info.Result.GetProperty("points_count").GetInt32());
        Assert.Equal(1500ul, await fixture.Node.CountPointsAsync("yi34b_vectors", Stop));
        var placement = await fixture.Node.GetPlacementAsync("yi34b_vectors", Stop);
        Assert.All(placement!.Shards, shard => Assert.Equal("Active", shard.State));
        Assert.Equal([0u, 1u], placement.Shards.Select(s => s.ShardId));
    }

    [Fact]
    public async Task What_does_not_exist_is_null_or_false_and_no_error()
    {
        await using var fixture = await StartAsync();
        fixture.Server.SetCollection("empty", Recorded("empty"));

        Assert.Null(await fixture.Node.DescribeCollectionAsync("nope", Stop));
        Assert.Null(await fixture.Node.CountPointsAsync("nope", Stop));
        Assert.Null(await fixture.Node.GetPlacementAsync("nope", Stop));
        Assert.Null(await fixture.Node.ListSnapshotsAsync("nope", Stop));
        Assert.False(await fixture.Node.DeleteSnapshotAsync("empty", "nope.snapshot", Stop));
        Assert.False(await fixture.Node.DeleteCollectionAsync("nope", Stop));
    }

    [Theory]
    [InlineData("café ✓")]
    [InlineData("100%25 sure?#")]
    [InlineData("..a")]
    public async Task Names_are_percent_encoded(string name)
    {
        await using var fixture = await StartAsync();
        fixture.Server.SetCollection(name, Recorded("empty"));

        Assert.Equal(0ul, await fixture.Node.CountPointsAsync(name, Stop));
        Assert.True(await fixture.Node.DeleteCollectionAsync(name, Stop));
        Assert.Empty(fixture.Server.Collections);
    }

    [Fact]
    public async Task A_name_that_a_path_would_swallow_is_refused()
    {
        await using var fixture = await StartAsync();

        await Assert.ThrowsAsync<UsageException>(() => fixture.Node.DeleteCollectionAsync("..", Stop));
        Assert.Empty(fixture.Server.Requests);
    }

    [Fact]
    public async Task A_404_that_is_not_in_Qdrants_words_is_an_error_and_not_a_missing_collection()
    {
        await using var fixture = await StartAsync(configure: o => o with { Url = new Uri(o.Url, "/some/prefix") });

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.DescribeCollectionAsync("docs", Stop));
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_is_tried_again_after_a_passing_error_but_making_a_snapshot_is_not()
    {
        await using var fixture = await StartAsync();
        fixture.Server.SetCollection("empty", Recorded("empty"));
        fixture.Server.Faults.FailRequests("^GET /collections$", 503, "Shard temporarily unavailable: x", times: 2);
        fixture.Server.Faults.FailRequests("^POST .*/points/count$", 500, "Service internal error: x", times: 2);
        fixture.Server.Faults.FailRequests("^POST .*/snapshots", 500, "Service internal error: x");

        Assert.Equal(["empty"], await fixture.Node.ListCollectionsAsync(Stop));
        Assert.Equal(0ul, await fixture.Node.CountPointsAsync("empty", Stop));
        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.CreateSnapshotAsync("empty", TimeSpan.FromMinutes(1), Stop));
        Assert.True(error.IsTransient);
        Assert.Single(fixture.Server.Requests, r => r.Path.EndsWith("/snapshots?wait=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_gives_up_after_a_time_and_says_that_the_time_is_spent()
    {
        using var patience = Impatient();
        await using var fixture = await StartAsync();
        fixture.Server.Faults.FailRequests("^GET /aliases$", 502, "<html>bad gateway</html>", times: 1000, plain: true);

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.ListAliasesAsync(Stop));
        Assert.Contains("502 <html>bad gateway</html>", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsSpent);
        Assert.True(fixture.Server.Requests.Count > 5, $"{fixture.Server.Requests.Count} requests");
    }

    [Fact]
    public async Task A_node_that_is_gone_is_named_with_a_hint()
    {
        using var patience = Impatient();
        await using var fixture = await StartAsync();
        await fixture.Server.GoAwayAsync();

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.GetVersionAsync(Stop));
        Assert.Contains($"127.0.0.1:{fixture.Options.Url.Port} cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Contains("firewall", error.Hint, StringComparison.Ordinal);
        Assert.True(error.IsTransient);

        await fixture.Server.ComeBackAsync(Stop);
        Assert.Equal("1.18.3", await fixture.Node.GetVersionAsync(Stop));
    }

    [Fact]
    public async Task A_server_that_is_no_Qdrant_is_told()
    {
        await using var fixture = await StartAsync(configure: o => o with { Url = new Uri(o.Url, "/healthz") });
        fixture.Server.Faults.FailRequests("^GET /healthz/$", 200, "welcome", times: 1, plain: true);

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.GetVersionAsync(Stop));
        Assert.Contains("not the JSON it should be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_gets_its_own_hint_and_is_not_transient()
    {
        await using var fixture = await StartAsync();
        fixture.Server.Faults.FailRequests("^GET /collections$", 500, "Service internal error: x: No space left on device (os error 28)");

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.ListCollectionsAsync(Stop));
        Assert.Contains("disk space", error.Hint, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }
}
