using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>The server's description of itself.</summary>
internal sealed class Discovery(NodeState state)
{
    public Task RootAsync(HttpContext context) =>
        Answer.JsonAsync(context, 200, new JsonObject { ["title"] = "qdrant - vector search engine", ["version"] = state.Options.Version });

    public Task ClusterAsync(HttpContext context)
    {
        if (state.Options.Peers is not { } others)
        {
            return Answer.OkAsync(context, new JsonObject { ["status"] = "disabled" });
        }

        var peers = new JsonObject { [Text(state.Options.PeerId)] = new JsonObject { ["uri"] = "http://127.0.0.1:6335/" } };
        foreach (var (id, uri) in others)
        {
            peers[Text(id)] = new JsonObject { ["uri"] = uri };
        }

        return Answer.OkAsync(context, new JsonObject
        {
            ["status"] = "enabled",
            ["peer_id"] = state.Options.PeerId,
            ["peers"] = peers,
            ["raft_info"] = new JsonObject
            {
                ["term"] = 1,
                ["commit"] = 10,
                ["pending_operations"] = 0,
                ["leader"] = state.Options.PeerId,
                ["role"] = "Leader",
                ["is_voter"] = true,
            },
            ["consensus_thread_status"] = new JsonObject
            {
                ["consensus_thread_status"] = "working",
                ["last_update"] = state.Options.Time.GetUtcNow().ToString("O"),
            },
            ["message_send_failures"] = new JsonObject(),
        });
    }

    public Task MetricsAsync(HttpContext context)
    {
        var text = new StringBuilder();
        Gauge(text, "app_info", "information about qdrant server", $"app_info{{name=\"qdrant\",version=\"{state.Options.Version}\"}} 1");
        lock (state.Gate)
        {
            Gauge(text, "collections_total", "number of collections", $"collections_total {state.Collections.Count}");
        }

        Gauge(text, "cluster_enabled", "is cluster support enabled", $"cluster_enabled {(state.Options.Peers is null ? 0 : 1)}");
        return Answer.TextAsync(context, 200, text.ToString());
    }

    public Task TelemetryAsync(HttpContext context, Query query)
    {
        JsonObject result;
        lock (state.Gate)
        {
            result = new JsonObject
            {
                ["app"] = new JsonObject { ["name"] = "qdrant", ["version"] = state.Options.Version },
                ["collections"] = new JsonObject { ["number_of_collections"] = state.Collections.Count },
            };
            if (query["details_level"] is "2" or "3" or "4" && !state.Faults.CountsNoSnapshots)
            {
                result["app"]!["startup"] = state.Startup.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
                result["collections"]!["collections"] = new JsonArray([.. state.Collections.Keys.Select(name => (JsonNode)new JsonObject { ["id"] = name })]);
                result["collections"]!["snapshots"] = new JsonArray([.. state.Collections.Keys.Union(state.Snapshots.Keys, StringComparer.Ordinal).Select(Row)]);
            }
        }

        return Answer.OkAsync(context, result);
    }

    private JsonNode Row(string name)
    {
        var count = state.Snapshots.GetValueOrDefault(name);
        return new JsonObject { ["id"] = name, ["running_snapshots"] = count.Running, ["running_snapshot_recovery"] = 0, ["total_snapshot_creations"] = count.Created };
    }

    private static void Gauge(StringBuilder text, string name, string help, string value) =>
        text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n{value}\n");

    private static string Text(ulong id) => id.ToString(CultureInfo.InvariantCulture);
}
