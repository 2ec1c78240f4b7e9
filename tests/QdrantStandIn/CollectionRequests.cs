using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Collections and aliases.</summary>
internal sealed class CollectionRequests(NodeState state)
{
    public Task ListAsync(HttpContext context)
    {
        lock (state.Gate)
        {
            var names = state.Collections.Keys.Order(StringComparer.Ordinal).Select(n => (JsonNode)new JsonObject { ["name"] = n });
            return Answer.OkAsync(context, new JsonObject { ["collections"] = new JsonArray([.. names]) });
        }
    }

    public Task DescribeAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            return Answer.OkAsync(context, state.Resolve(name).Collection.Info.DeepClone());
        }
    }

    public async Task CreateAsync(HttpContext context, string name)
    {
        var request = await Body.ReadAsync(context);
        lock (state.Gate)
        {
            state.Create(name, request);
        }

        await Answer.OkAsync(context, true);
    }

    public Task DeleteAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            return Answer.OkAsync(context, state.Delete(name));
        }
    }

    public Task ExistsAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            return Answer.OkAsync(context, new JsonObject { ["exists"] = state.Collections.ContainsKey(state.Aliases.GetValueOrDefault(name, name)) });
        }
    }

    public Task PlacementAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            var collection = state.Resolve(name).Collection;
            var placement = collection.PlacementSeenFrom(state.Options.PeerId);
            collection.UnsettledPolls = Math.Max(0, collection.UnsettledPolls - 1);
            return Answer.OkAsync(context, placement);
        }
    }

    public Task ShardKeysAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            state.Resolve(name);
            return Answer.OkAsync(context, new JsonObject());
        }
    }

    public Task OptimizationsAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            var segments = state.Resolve(name).Collection.Info["segments_count"]!.GetValue<int>();
            var summary = new JsonObject { ["queued_optimizations"] = 0, ["queued_segments"] = 0, ["queued_points"] = 0, ["idle_segments"] = segments };
            return Answer.OkAsync(context, new JsonObject { ["summary"] = summary, ["running"] = new JsonArray() });
        }
    }

    public async Task CreateIndexAsync(HttpContext context, string name)
    {
        var request = await Body.ReadAsync(context);
        JsonObject result;
        lock (state.Gate)
        {
            var collection = state.Resolve(name).Collection;
            var schema = request["field_schema"];
            var entry = schema is JsonObject parameters
                ? new JsonObject { ["data_type"] = parameters["type"]!.DeepClone(), ["params"] = parameters.DeepClone(), ["points"] = collection.Count }
                : new JsonObject { ["data_type"] = schema!.DeepClone(), ["points"] = collection.Count };
            collection.Info["payload_schema"]![request["field_name"]!.GetValue<string>()] = entry;
            result = new JsonObject { ["operation_id"] = collection.Operations += 2, ["status"] = "completed" };
        }

        await Answer.OkAsync(context, result);
    }

    public Task AliasesAsync(HttpContext context, string? collection)
    {
        lock (state.Gate)
        {
            var aliases = state.Aliases.Where(a => collection is null || string.Equals(a.Value, collection, StringComparison.Ordinal))
                .Select(a => (JsonNode)new JsonObject { ["alias_name"] = a.Key, ["collection_name"] = a.Value });
            return Answer.OkAsync(context, new JsonObject { ["aliases"] = new JsonArray([.. aliases]) });
        }
    }

    public async Task ChangeAliasesAsync(HttpContext context)
    {
        var request = await Body.ReadAsync(context);
        lock (state.Gate)
        {
            foreach (var action in request["actions"]!.AsArray())
            {
                var (kind, what) = action!.AsObject().First();
                switch (kind)
                {
                    case "create_alias":
                        state.SetAlias(what!["alias_name"]!.GetValue<string>(), what["collection_name"]!.GetValue<string>());
                        break;
                    case "delete_alias":
                        state.RemoveAlias(what!["alias_name"]!.GetValue<string>());
                        break;
                    case "rename_alias":
                        state.RenameAlias(what!["old_alias_name"]!.GetValue<string>(), what["new_alias_name"]!.GetValue<string>());
                        break;
                    default:
                        throw new Failure(400, $"Format error in JSON body: unknown action {kind}");
                }
            }
        }

        await Answer.OkAsync(context, true);
    }
}
