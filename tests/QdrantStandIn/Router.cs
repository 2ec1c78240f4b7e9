using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace QdrantStandIn;

/// <summary>Finds who answers a request. The path is taken as it was sent: an encoded slash is part of a name.</summary>
internal sealed class Router : IAsyncDisposable
{
    private const string Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    private readonly NodeState _state;
    private readonly KeyGuard _keys;
    private readonly Discovery _discovery;
    private readonly CollectionRequests _collections;
    private readonly PointRequests _points;
    private readonly SnapshotRequests _snapshots;
    private readonly DownloadRequests _downloads;
    private readonly UploadRequests _uploads;
    private readonly RecoverRequests _recoveries;

    public Router(NodeState state)
    {
        _state = state;
        _keys = new KeyGuard(state);
        _discovery = new Discovery(state);
        _collections = new CollectionRequests(state);
        _points = new PointRequests(state);
        _snapshots = new SnapshotRequests(state);
        _downloads = new DownloadRequests(state);
        _uploads = new UploadRequests(state);
        _recoveries = new RecoverRequests(state);
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshots.DisposeAsync();
        _recoveries.Dispose();
    }

    public async Task HandleAsync(HttpContext context, string target)
    {
        context.Response.Headers.Vary = Vary;
        var (path, query) = target.IndexOf('?') is var mark and >= 0 ? (target[..mark], target[mark..]) : (target, "");
        string[] segments = [.. path[1..].Split('/').Select(Uri.UnescapeDataString)];
        try
        {
            var asked = new Query(query);
            var refusal = _keys.Check(context, segments);
            _state.Faults.Check($"{context.Request.Method} {target}");
            if (refusal is not null && !(IsSnapshot(context.Request.Method, segments) && !asked.Wait()))
            {
                throw refusal;
            }

            await DispatchAsync(context, segments, asked, refusal);
        }
        catch (Failure failure) when (!context.Response.HasStarted)
        {
            await Answer.FailAsync(context, failure);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException || (e is BadHttpRequestException && context.RequestAborted.IsCancellationRequested))
        {
            context.Abort(); // The client left, or is to see a broken connection.
        }
    }

    // Whether the caller may do it is looked at in the work that nobody waits for.
    private static bool IsSnapshot(string method, string[] path) => (method, path) is ("POST", ["collections", _, "snapshots"]) or ("DELETE", ["collections", _, "snapshots", _]);

    private Task DispatchAsync(HttpContext context, string[] path, Query query, Failure? refusal) => (context.Request.Method, path) switch
    {
        ("GET", [""]) => _discovery.RootAsync(context),
        ("GET", ["healthz" or "livez"]) => Answer.TextAsync(context, 200, "healthz check passed"),
        ("GET", ["readyz"]) => Answer.TextAsync(context, 200, "all shards are ready"),
        ("GET", ["metrics"]) => _discovery.MetricsAsync(context),
        ("GET", ["telemetry"]) => _discovery.TelemetryAsync(context, query),
        ("GET", ["cluster"]) => _discovery.ClusterAsync(context),
        ("GET", ["issues"]) => Answer.OkAsync(context, new JsonObject { ["issues"] = new JsonArray() }),
        ("GET", ["snapshots"]) => Answer.OkAsync(context, new JsonArray()),
        ("GET", ["aliases"]) => _collections.AliasesAsync(context, null),
        ("GET", ["collections"]) => _collections.ListAsync(context),
        ("POST", ["collections", "aliases"]) => _collections.ChangeAliasesAsync(context),
        ("PUT", ["collections", var c]) => _collections.CreateAsync(context, c),
        ("GET", ["collections", var c]) => _collections.DescribeAsync(context, c),
        ("DELETE", ["collections", var c]) => _collections.DeleteAsync(context, c),
        ("GET", ["collections", var c, "exists"]) => _collections.ExistsAsync(context, c),
        ("GET", ["collections", var c, "cluster"]) => _collections.PlacementAsync(context, c),
        ("GET", ["collections", var c, "aliases"]) => _collections.AliasesAsync(context, c),
        ("GET", ["collections", var c, "shards"]) => _collections.ShardKeysAsync(context, c),
        ("GET", ["collections", var c, "optimizations"]) => _collections.OptimizationsAsync(context, c),
        ("PUT", ["collections", var c, "index"]) => _collections.CreateIndexAsync(context, c),
        ("PUT", ["collections", _, "shards"]) or ("POST", ["collections", _, "cluster"]) => throw new Failure(400, "Bad request: Distributed mode disabled"),
        ("PUT", ["collections", var c, "points"]) => _points.UpsertAsync(context, c),
        ("POST", ["collections", var c, "points"]) => _points.RetrieveAsync(context, c),
        ("POST", ["collections", var c, "points", "count"]) => _points.CountAsync(context, c),
        ("POST", ["collections", var c, "points", "scroll"]) => _points.ScrollAsync(context, c),
        ("POST", ["collections", var c, "snapshots"]) => _snapshots.CreateAsync(context, c, query, refusal),
        ("GET", ["collections", var c, "snapshots"]) => _snapshots.ListAsync(context, c),
        ("POST", ["collections", var c, "snapshots", "upload"]) => _uploads.UploadAsync(context, c, query),
        ("PUT", ["collections", var c, "snapshots", "recover"]) => _recoveries.RecoverAsync(context, c),
        ("GET", ["collections", var c, "snapshots", var s]) => _downloads.DownloadAsync(context, c, s),
        ("DELETE", ["collections", var c, "snapshots", var s]) => _snapshots.DeleteAsync(context, c, s, query, refusal),
        _ => Answer.EmptyAsync(context, 404),
    };
}

/// <summary>The query of a request, with Qdrant's complaints about it.</summary>
internal sealed class Query(string text)
{
    private readonly Dictionary<string, string> _values = QueryHelpers.ParseQuery(text).ToDictionary(v => v.Key, v => v.Value.ToString(), StringComparer.Ordinal);

    public string? this[string name] => _values.GetValueOrDefault(name);

    public bool Wait() => this["wait"] switch
    {
        null or "true" => true,
        "false" => false,
        _ => throw new Failure(400, "Deserialize error in query parameters: provided string was not `true` or `false`") { LeavesBodyUnread = true },
    };
}

/// <summary>The JSON body of a request.</summary>
internal static class Body
{
    public static async Task<JsonObject> ReadAsync(HttpContext context)
    {
        try
        {
            return (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))?.AsObject() ?? [];
        }
        catch (JsonException e)
        {
            throw new Failure(400, $"Format error in JSON body: {e.Message}");
        }
    }
}
