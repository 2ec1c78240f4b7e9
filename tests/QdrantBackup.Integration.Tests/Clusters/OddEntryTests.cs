using System.Text;
using System.Text.Json.Nodes;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantStandIn;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>Lists hold what others made; an odd entry of theirs never takes ours with it.</summary>
public sealed class OddEntryTests : IAsyncLifetime
{
    private readonly QdrantNodes _nodes = new(TimeProvider.System);
    private StandInServer _server = null!;
    private Hop _hop = null!;
    private IQdrantNode _node = null!;

    public static TheoryData<string> OddSnapshots =>
    [
        """{"name":"other.snapshot","size":12345,"checksum":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  other.snapshot"}""",
        """{"name":"other.snapshot","size":-1}""",
        """{"name":"other.snapshot","size":1e300,"checksum":7}""",
        """{"name":"other.snapshot"}""",
        """{"name":"\ud800","size":1}""",
        """{"size":1}""",
        "null",
        "[]",
        "\"other.snapshot\"",
    ];

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync(cancellationToken: Stop);
        _server.SetCollection("empty", Recorded("empty"));
        _hop = await Hop.OpenAsync(_server.Address);
        _node = _nodes.Open(new QdrantNodeOptions { Url = _hop.Address });
    }

    [Theory]
    [MemberData(nameof(OddSnapshots))]
    public async Task An_odd_snapshot_of_somebody_else_leaves_ours_to_be_found_and_downloaded(string odd)
    {
        _hop.After = (request, answer) => request.Path.EndsWith("/snapshots", StringComparison.Ordinal) && request.Method == "GET"
            ? answer with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(answer.Body).Replace("\"result\":[]", $"\"result\":[{odd}]", StringComparison.Ordinal).Replace("\"result\":[{\"name\":\"empty", $"\"result\":[{odd},{{\"name\":\"empty", StringComparison.Ordinal)) }
            : answer;
        var snapshots = new NodeSnapshots(new ClusterNodes([_node]), TimeProvider.System);
        var key = new PartKey("empty", ClusterNodes.NameOf(_node));
        var before = await snapshots.NoteAsync(key, Stop);
        await snapshots.CreateAsync(key, Stop);

        SnapshotDescription ours = (await snapshots.AwaitAsync(key, before, last: null, Stop)).Snapshot!;

        Assert.StartsWith("empty-", ours.Name, StringComparison.Ordinal);
        Assert.Equal(64, ours.Checksum?.Length);
        await using var download = await _node.OpenSnapshotAsync("empty", ours.Name, 0, null, Stop);
        Assert.Equal(ours.Size, download.TotalLength);
    }

    [Fact]
    public async Task An_odd_entry_that_appears_under_a_foreign_name_is_not_taken_for_ours_and_one_of_ours_is_told()
    {
        var snapshots = new NodeSnapshots(new ClusterNodes([_node]), TimeProvider.System);
        var key = new PartKey("empty", ClusterNodes.NameOf(_node));
        _hop.Edit("GET", "/snapshots", list => list.AsArray().Add(JsonNode.Parse("""{"name":"foreign.snapshot","size":1,"checksum":"?"}""")));
        Assert.Empty((await snapshots.FindSinceAsync(key, new SnapshotsBefore([]), Stop))!);

        _hop.Edit("GET", "/snapshots", list => list.AsArray().Add(JsonNode.Parse("""{"name":"empty-1-2026-09-01-02-00-00.snapshot","size":1,"checksum":"?"}""")));
        var error = await Assert.ThrowsAsync<SourceException>(() => snapshots.AwaitAsync(key, new SnapshotsBefore([]), last: null, Stop));
        Assert.Contains("its checksum is no SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_that_cannot_be_read_leaves_the_others_and_keeps_its_name_taken()
    {
        await _node.SetAliasesAsync([new CollectionAlias("live", "empty")], Stop);
        _hop.Edit("GET", "/aliases", result =>
        {
            result["aliases"]!.AsArray().Add(null);
            result["aliases"]!.AsArray().Add(JsonNode.Parse("""{"alias_name":"taken","collection_name":7}"""));
        });

        Assert.Equal([new CollectionAlias("live", "empty"), new CollectionAlias("taken", "")], await _node.ListAliasesAsync(Stop));
    }

    [Fact]
    public async Task A_collection_without_a_readable_name_is_one_empty_name_beside_the_others()
    {
        _hop.Edit("GET", "/collections", result =>
        {
            result["collections"]!.AsArray().Add(null);
            result["collections"]!.AsArray().Add(JsonNode.Parse("""{"name":["empty"]}"""));
        });

        Assert.Equal(["", "empty"], await _node.ListCollectionsAsync(Stop));
    }

    [Fact]
    public async Task A_peer_whose_id_cannot_be_read_leaves_the_cluster_a_cluster()
    {
        _hop.Before = request => request.Path == "/cluster"
            ? HopAnswer.Of(200, """{"result":{"status":"enabled","peer_id":7,"peers":{"7":{"uri":"http://a"},"x":null,"8":"odd"}},"status":"ok"}""")
            : null;

        var cluster = await _node.GetClusterAsync(Stop);

        Assert.True(cluster.IsEnabled);
        Assert.Equal([7UL, 8UL], cluster.Peers.Keys.Order());
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.Dispose();
        await _hop.DisposeAsync();
        await _server.DisposeAsync();
    }
}
