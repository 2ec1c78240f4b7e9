using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>What Qdrant makes of a request to create a collection.</summary>
internal static class EmptyCollection
{
    /// <summary>The configuration with everything that was not asked for at the default of the recorded server.</summary>
    public static JsonObject Config(JsonObject? request = null)
    {
        request ??= new JsonObject { ["vectors"] = new JsonObject { ["size"] = 4, ["distance"] = "Dot" } };
        var parameters = new JsonObject
        {
            ["vectors"] = request["vectors"]?.DeepClone() ?? new JsonObject(),
            ["shard_number"] = request["shard_number"]?.DeepClone() ?? 1,
            ["replication_factor"] = request["replication_factor"]?.DeepClone() ?? 1,
            ["write_consistency_factor"] = request["write_consistency_factor"]?.DeepClone() ?? 1,
            ["on_disk_payload"] = request["on_disk_payload"]?.DeepClone() ?? true,
        };
        if (request["sparse_vectors"] is { } sparse)
        {
            parameters["sparse_vectors"] = sparse.DeepClone();
        }

        var config = new JsonObject
        {
            ["params"] = parameters,
            ["hnsw_config"] = Merge("""{"m":16,"ef_construct":100,"full_scan_threshold":10000,"max_indexing_threads":0,"on_disk":false}""", request["hnsw_config"]),
            ["optimizer_config"] = Merge(
                """
                {"deleted_threshold":0.2,"vacuum_min_vector_number":1000,"default_segment_number":0,"max_segment_size":null,"memmap_threshold":null,
                 "indexing_threshold":10000,"flush_interval_sec":1,"max_optimization_threads":null,"prevent_unoptimized":null}
                """,
                request["optimizers_config"]),
            ["wal_config"] = Merge("""{"wal_capacity_mb":32,"wal_segments_ahead":0,"wal_retain_closed":1}""", request["wal_config"]),
            ["quantization_config"] = request["quantization_config"]?.DeepClone(),
        };
        if (request["metadata"] is { } metadata)
        {
            config["metadata"] = metadata.DeepClone();
        }

        return config;
    }

    /// <summary>The answer of GET /collections/{c} for a collection of which only its archive's configuration is known.</summary>
    public static JsonObject Info(JsonObject config, JsonObject schema, long points)
    {
        var shown = config.DeepClone().AsObject();
        shown.Remove("uuid");
        var shards = config["params"]?["shard_number"]?.GetValue<int>() ?? 1;
        var segments = shown["optimizer_config"]?["default_segment_number"]?.GetValue<int>() ?? 0;
        return new JsonObject
        {
            ["status"] = "green",
            ["optimizer_status"] = "ok",
            ["indexed_vectors_count"] = 0,
            ["points_count"] = points,
            ["segments_count"] = shards * Math.Max(2, segments),
            ["config"] = shown,
            ["payload_schema"] = Schema(schema, points),
            ["update_queue"] = new JsonObject { ["length"] = 0 },
        };
    }

    /// <summary>Whether the vectors of an archive fit those of an existing collection; if not, the error is worded like Qdrant's.</summary>
    public static void CheckCompatible(JsonObject existing, JsonObject archived)
    {
        var (mine, theirs) = (existing["params"]!, archived["params"]!);
        if (!JsonNode.DeepEquals(mine["vectors"], theirs["vectors"]))
        {
            throw new Failure(400, $"Wrong input: Snapshot is not compatible with existing collection: Collection vectors: {RustText.Vectors(mine["vectors"])} Snapshot Vectors: {RustText.Vectors(theirs["vectors"])}");
        }

        var (here, there) = (mine["shard_number"]?.ToString() ?? "1", theirs["shard_number"]?.ToString() ?? "1");
        if (!string.Equals(here, there, StringComparison.Ordinal))
        {
            throw new Failure(400, $"Wrong input: Snapshot is not compatible with existing collection: Collection shard number: {here} Snapshot shard number: {there}");
        }
    }

    private static JsonObject Schema(JsonObject archived, long points)
    {
        var schema = new JsonObject();
        foreach (var (field, kind) in archived)
        {
            schema[field] = kind is JsonObject parameters
                ? new JsonObject { ["data_type"] = parameters["type"]!.DeepClone(), ["params"] = parameters.DeepClone(), ["points"] = points }
                : new JsonObject { ["data_type"] = kind!.DeepClone(), ["points"] = points };
        }

        return schema;
    }

    private static JsonObject Merge(string defaults, JsonNode? given)
    {
        var merged = JsonNode.Parse(defaults)!.AsObject();
        foreach (var (name, value) in given?.AsObject() ?? [])
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }
}
