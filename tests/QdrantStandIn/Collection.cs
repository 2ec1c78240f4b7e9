using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>One collection: what it answers, and the bytes that a snapshot of it has.</summary>
internal sealed class Collection
{
    public required Archive Archive { get; init; }

    public required JsonObject Info { get; init; }

    public required long Count { get; init; }

    /// <summary>The first points, as far as they are known.</summary>
    public JsonArray Points { get; init; } = [];

    /// <summary>GET /collections/{c}/cluster as it was recorded, or null for one node that has all shards.</summary>
    public JsonObject? Placement { get; init; }

    /// <summary>How many more times the placement shows shards that are not Active, and counts show nothing.</summary>
    public int UnsettledPolls { get; set; }

    /// <summary>The number of the last operation on it.</summary>
    public int Operations { get; set; }

    public int ShardNumber => Info["config"]?["params"]?["shard_number"]?.GetValue<int>() ?? 1;

    public JsonObject PlacementSeenFrom(ulong peer)
    {
        var placement = Placement?.DeepClone().AsObject() ?? OneNode(peer);
        if (UnsettledPolls > 0)
        {
            foreach (var shard in placement["local_shards"]!.AsArray())
            {
                shard!["state"] = "ManualRecovery";
                shard["points_count"] = 0;
            }
        }

        return placement;
    }

    private JsonObject OneNode(ulong peer)
    {
        var shards = new JsonArray();
        for (var id = 0; id < ShardNumber; id++)
        {
            var points = (Count / ShardNumber) + (id < Count % ShardNumber ? 1 : 0);
            shards.Add(new JsonObject { ["shard_id"] = id, ["points_count"] = points, ["state"] = "Active" });
        }

        return new JsonObject { ["peer_id"] = peer, ["shard_count"] = ShardNumber, ["local_shards"] = shards, ["remote_shards"] = new JsonArray(), ["shard_transfers"] = new JsonArray() };
    }
}

/// <summary>One file in the snapshots directory of a collection.</summary>
internal sealed record StoredSnapshot(string Name, Archive Archive, DateTimeOffset Created, bool HasChecksum, long Inode)
{
    public string ETag => $"\"{Inode:x}:{Archive.Length:x}:{Created.ToUnixTimeSeconds():x}:{Created.Nanosecond + (Created.Microsecond * 1000) + (Created.Millisecond * 1_000_000):x}\"";

    public JsonObject Describe()
    {
        var description = new JsonObject
        {
            ["name"] = Name,
            ["creation_time"] = Created.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss"),
            ["size"] = Archive.Length,
        };
        if (HasChecksum)
        {
            description["checksum"] = Archive.Sha256;
        }

        return description;
    }
}
