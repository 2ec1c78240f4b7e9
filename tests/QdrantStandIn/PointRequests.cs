using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Points, as far as they are known: how many there are, and the first few.</summary>
internal sealed class PointRequests(NodeState state)
{
    public async Task CountAsync(HttpContext context, string name)
    {
        await Body.ReadAsync(context);
        JsonObject result;
        lock (state.Gate)
        {
            var collection = state.Resolve(name).Collection;
            result = new JsonObject { ["count"] = collection.UnsettledPolls > 0 ? 0 : collection.Count };
        }

        await Answer.OkAsync(context, result);
    }

    public async Task UpsertAsync(HttpContext context, string name)
    {
        var request = await Body.ReadAsync(context);
        JsonObject result;
        lock (state.Gate)
        {
            var operation = state.Upsert(name, request["points"]!.AsArray());
            result = new JsonObject { ["operation_id"] = operation, ["status"] = "completed" };
        }

        await Answer.OkAsync(context, result);
    }

    public async Task RetrieveAsync(HttpContext context, string name)
    {
        var request = await Body.ReadAsync(context);
        JsonArray found;
        lock (state.Gate)
        {
            var wanted = request["ids"]!.AsArray();
            found = [.. state.Resolve(name).Collection.Points.Where(p => wanted.Any(w => JsonNode.DeepEquals(w, p!["id"]))).Select(p => Show(p!, request))];
        }

        await Answer.OkAsync(context, found);
    }

    public async Task ScrollAsync(HttpContext context, string name)
    {
        var request = await Body.ReadAsync(context);
        JsonObject page;
        lock (state.Gate)
        {
            var points = state.Resolve(name).Collection.Points;
            var first = request["offset"] is { } offset ? points.TakeWhile(p => !JsonNode.DeepEquals(p!["id"], offset)).Count() : 0;
            var limit = request["limit"]?.GetValue<int>() ?? 10;
            page = new JsonObject
            {
                ["points"] = new JsonArray([.. points.Skip(first).Take(limit).Select(p => Show(p!, request))]),
                ["next_page_offset"] = points.Skip(first + limit).FirstOrDefault()?["id"]?.DeepClone(),
            };
        }

        await Answer.OkAsync(context, page);
    }

    private static JsonNode Show(JsonNode point, JsonObject request)
    {
        var shown = point.DeepClone().AsObject();
        if (request["with_vector"]?.GetValue<bool>() is not true)
        {
            shown.Remove("vector");
        }

        if (request["with_payload"]?.GetValue<bool>() is false)
        {
            shown.Remove("payload");
        }

        return shown;
    }
}
