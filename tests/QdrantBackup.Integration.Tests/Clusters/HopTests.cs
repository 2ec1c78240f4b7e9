using System.IO.Compression;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantStandIn;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>What stands between the app and a node changes answers, loses them, or says when to come back.</summary>
public sealed class HopTests : IAsyncLifetime
{
    private const string Collection = "hermes_vectors";

    private readonly QdrantNodes _nodes = new(TimeProvider.System);
    private StandInServer _server = null!;
    private Hop _hop = null!;
    private IQdrantNode _node = null!;
    private byte[] _bytes = [];

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync(cancellationToken: Stop);
        _server.SetCollection(Collection, Recorded(Collection));
        _hop = await Hop.OpenAsync(_server.Address);
        _node = _nodes.Open(new QdrantNodeOptions { Url = _hop.Address, RetryDelay = TimeSpan.FromMilliseconds(1) });
        _bytes = await File.ReadAllBytesAsync(Recorded(Collection), Stop);
    }

    [Fact]
    public async Task A_weak_ETag_is_gone_on_with_as_the_strong_one_that_it_was()
    {
        var snapshot = await SnapshotAsync();
        _hop.After = (_, answer) => answer.Headers.TryGetValue("ETag", out var etag) ? answer.With("ETag", $"W/{etag}") : answer;

        string? etag;
        await using (var first = await OpenAsync(snapshot, 0, null))
        {
            etag = first.ETag;
        }

        await using var rest = await OpenAsync(snapshot, 1000, etag);
        Assert.Equal(_bytes[1000..], await ReadAsync(rest));
        Assert.NotNull(rest.ETag);
        Assert.Equal(_bytes[512..1024], (await _node.ReadSnapshotAsync(Collection, snapshot.Name, 512, 512, etag, Stop)).Bytes.ToArray());
    }

    [Fact]
    public async Task A_range_that_is_dropped_on_the_way_is_made_good_by_passing_over_what_came_before()
    {
        var snapshot = await SnapshotAsync();
        await using var first = await OpenAsync(snapshot, 0, null);
        _hop.Drops = ["Range"];

        await using var rest = await OpenAsync(snapshot, 70_000, first.ETag);

        Assert.Equal(70_000, rest.Offset);
        Assert.Null(rest.ETag);
        Assert.Equal(_bytes[70_000..], await ReadAsync(rest));
    }

    [Fact]
    public async Task A_range_that_cannot_be_relied_on_is_asked_for_as_a_whole()
    {
        var snapshot = await SnapshotAsync();
        await using var first = await OpenAsync(snapshot, 0, null);
        _hop.After = (_, answer) => answer.Status == 206 ? answer.Without("Content-Range") : answer;

        await using var rest = await OpenAsync(snapshot, 70_000, first.ETag);

        Assert.Equal(_bytes[70_000..], await ReadAsync(rest));
        await Assert.ThrowsAsync<NoRangesException>(() => _node.ReadSnapshotAsync(Collection, snapshot.Name, 0, 512, null, Stop));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Answers_that_were_compressed_unasked_are_read_and_a_download_of_them_is_one_stream(string encoding)
    {
        var snapshot = await SnapshotAsync();
        _hop.After = (_, answer) => answer with { Body = Compressed(encoding, answer.Body), Headers = new(answer.Headers) { ["Content-Encoding"] = encoding } };

        Assert.Equal([Collection], await _node.ListCollectionsAsync(Stop));
        await using var whole = await OpenAsync(snapshot, 0, null);
        Assert.Equal((_bytes.Length, null), (whole.TotalLength, whole.ETag));
        Assert.Equal(_bytes, await ReadAsync(whole));
        await using var rest = await OpenAsync(snapshot, 70_000, await EtagAsync(snapshot));
        Assert.Equal(_bytes[70_000..], await ReadAsync(rest));
        await Assert.ThrowsAsync<NoRangesException>(() => _node.ReadSnapshotAsync(Collection, snapshot.Name, 0, 512, null, Stop));
    }

    [Fact]
    public async Task An_answer_without_a_length_is_held_to_the_length_that_is_listed()
    {
        var snapshot = await SnapshotAsync();
        _hop.After = (request, answer) => request.IsDownload ? answer with { HasLength = false } : answer;

        await using var whole = await OpenAsync(snapshot, 0, null);
        Assert.Equal(_bytes, await ReadAsync(whole));
        _hop.After = (request, answer) => request.IsDownload ? answer with { HasLength = false, Body = answer.Body[..^1] } : answer;
        await using var cut = await OpenAsync(snapshot, 0, null);
        await Assert.ThrowsAsync<SourceException>(() => ReadAsync(cut));
    }

    [Fact]
    public async Task A_part_goes_on_where_its_download_broke_and_no_byte_is_fetched_twice()
    {
        var snapshot = await SnapshotAsync();
        var downloads = 0;
        _hop.After = (request, answer) => request.IsDownload && ++downloads < 4 ? answer with { CutAfter = 200_000 } : answer;
        var step = new TransferStep { RunId = RunId.New(TimeProvider.System), PartNo = 1, Snapshot = snapshot };

        await using var part = await PartDownload.OpenAsync(_node, Collection, step, TimeProvider.System, NullLogger.Instance, Stop);
        using var received = new MemoryStream();
        await part.CopyToAsync(received, Stop);

        Assert.Equal(_bytes, received.ToArray());
        Assert.Equal(4, downloads);
        Assert.All(_hop.Seen.Where(r => r.IsDownload).Skip(1), r => Assert.NotEqual("bytes=0-", r.Range));
    }

    [Fact]
    public async Task A_download_that_breaks_without_a_byte_again_and_again_ends_when_patience_does()
    {
        var snapshot = await SnapshotAsync();
        _hop.After = (request, answer) => request.IsDownload ? answer with { CutAfter = request.Range is null ? 500_000 : 0 } : answer;
        var step = new TransferStep { RunId = RunId.New(TimeProvider.System), PartNo = 1, Snapshot = snapshot };
        await using var part = await PartDownload.OpenAsync(_node, Collection, step, TimeProvider.System, NullLogger.Instance, Stop);

        using var patience = Impatient();
        var error = await Assert.ThrowsAsync<SourceException>(() => part.CopyToAsync(Stream.Null, Stop));

        Assert.True(error.IsSpent);
    }

    [Theory]
    [InlineData(429, "1")]
    [InlineData(503, "date")]
    public async Task A_node_that_says_when_to_come_back_is_not_asked_before(int status, string retryAfter)
    {
        var asked = new List<long>();
        _hop.Before = _ =>
        {
            asked.Add(TimeProvider.System.GetTimestamp());
            return asked.Count == 1
                ? HopAnswer.Of(status, "", retryAfter == "date" ? TimeProvider.System.GetUtcNow().AddSeconds(2).ToString("R", System.Globalization.CultureInfo.InvariantCulture) : retryAfter)
                : null;
        };

        await _node.CreateSnapshotAsync(Collection, TimeSpan.FromMinutes(1), Stop);

        Assert.Equal(2, asked.Count);
        Assert.True(TimeProvider.System.GetElapsedTime(asked[0], asked[1]) > TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public async Task A_node_that_wants_more_time_than_there_is_patience_is_given_up_at_once()
    {
        _hop.Before = _ => HopAnswer.Of(503, "", "7200");

        var error = await Assert.ThrowsAsync<SourceException>(() => _node.ListCollectionsAsync(Stop));

        Assert.True(error is { IsTransient: true, IsSpent: true });
        Assert.Single(_hop.Seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whether_a_snapshot_was_begun_is_learnt_from_the_node_when_a_gateway_answered_in_its_place(bool hasReachedTheNode)
    {
        _server.Reconfigure(o => o with { SnapshotTime = TimeSpan.FromSeconds(1) });
        var posts = 0;
        bool IsPost(HopRequest r) => r.Method == "POST" && r.Path.EndsWith("/snapshots", StringComparison.Ordinal) && ++posts == 1;
        _hop.Before = r => !hasReachedTheNode && IsPost(r) ? HopAnswer.Reset : null;
        _hop.After = (r, answer) => hasReachedTheNode && IsPost(r) ? HopAnswer.Of(504, "upstream request timeout") : answer;
        var snapshots = new NodeSnapshots(new ClusterNodes([_node]), TimeProvider.System);
        var key = new PartKey(Collection, ClusterNodes.NameOf(_node));
        var before = await snapshots.NoteAsync(key, Stop);

        Assert.Equal(new SnapshotAnswer(Made: null), await snapshots.CreateAsync(key, Stop));
        SnapshotLook? look = null;
        while (look is null or { State: SnapshotState.Awaited, Number: < 10 })
        {
            look = await snapshots.AwaitAsync(key, before, look, Stop);
        }


        Assert.Equal(hasReachedTheNode ? SnapshotState.Found : SnapshotState.NeverBegun, look.State);
        Assert.Equal(hasReachedTheNode ? SnapshotOwner.Us : null, look.Snapshot is { } found ? await snapshots.JudgeAsync(key, found.Name, isNamed: false, before, TimeSpan.Zero, Stop) : null);
        Assert.Single(_hop.Seen, r => r.Method == "POST" && r.Path.EndsWith("/snapshots", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(202, "{\"time\":0,\"status\":\"accepted\"}")]
    [InlineData(200, "<html>welcome</html>")]
    [InlineData(200, "{\"result\":true,\"status\":\"ok\",\"time\":0}")]
    public async Task What_a_node_would_not_answer_to_a_request_for_a_snapshot_is_strange_and_no_refusal(int status, string body)
    {
        _hop.After = (request, answer) => request.Method == "POST" ? HopAnswer.Of(status, body) : answer;

        Assert.Equal(new SnapshotAnswer(Made: null, IsStrange: true), await _node.CreateSnapshotAsync(Collection, TimeSpan.FromMinutes(1), Stop));
    }

    [Fact]
    public async Task A_deletion_that_a_gateway_gave_up_on_has_happened()
    {
        var snapshot = await SnapshotAsync();
        var isFirst = true;
        _hop.After = (request, answer) => request.Method == "DELETE" && isFirst && !(isFirst = false) ? HopAnswer.Of(504, "upstream request timeout") : answer;

        await _node.DeleteSnapshotAsync(Collection, snapshot.Name, Stop);

        Assert.Empty(_server.SnapshotFiles(Collection));
    }

    [Fact]
    public async Task Aliases_that_were_set_behind_a_gateway_that_gave_up_are_found_set()
    {
        _hop.After = (request, answer) => request.Method == "POST" ? HopAnswer.Of(504, "upstream request timeout") : answer;

        await _node.SetAliasesAsync([new CollectionAlias("live", Collection)], Stop);

        Assert.Single(_hop.Seen, r => r.Method == "POST");
    }

    [Fact]
    public async Task A_413_names_what_limits_requests()
    {
        _hop.Before = request => request.Method == "POST" ? HopAnswer.Of(413, "<html>") : null;

        var error = await Assert.ThrowsAsync<SourceException>(() => _node.CountPointsAsync(Collection, Stop));

        Assert.Contains("limits how large a request may be", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_breaks_off_is_asked_for_again()
    {
        var answers = 0;
        _hop.After = (_, answer) => ++answers < 3 ? answer with { CutAfter = 10 } : answer;

        Assert.Equal([Collection], await _node.ListCollectionsAsync(Stop));
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.Dispose();
        await _hop.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static byte[] Compressed(string encoding, byte[] body)
    {
        using var all = new MemoryStream();
        using (Stream into = encoding switch
        {
            "gzip" => new GZipStream(all, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(all, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(all, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            into.Write(body);
        }

        return all.ToArray();
    }

    private static async Task<byte[]> ReadAsync(SnapshotDownload download)
    {
        using var received = new MemoryStream();
        await download.Content.CopyToAsync(received, Stop);
        return received.ToArray();
    }

    private static Task UntilAsync(Func<Task<bool>> condition) => Waiting.UntilAsync("the node to list what was asked for", condition);

    private Task<SnapshotDownload> OpenAsync(SnapshotDescription snapshot, long offset, string? ifMatch) =>
        _node.OpenSnapshotAsync(Collection, snapshot.Name, offset, ifMatch, Stop);

    private async Task<string?> EtagAsync(SnapshotDescription snapshot)
    {
        var direct = _nodes.Open(new QdrantNodeOptions { Url = _server.Address });
        await using var download = await direct.OpenSnapshotAsync(Collection, snapshot.Name, 0, null, Stop);
        return download.ETag;
    }

    private async Task<SnapshotDescription> SnapshotAsync()
    {
        return (await _node.CreateSnapshotAsync(Collection, TimeSpan.FromMinutes(1), Stop)).Made!;
    }
}
