using System.Text.Json.Serialization;

namespace QdrantBackup.Ids;

/// <summary>What one captured snapshot holds: a collection, or one shard of it, as one node has it.</summary>
/// <param name="Collection">The collection's name, never an alias.</param>
/// <param name="Node">The node's configured address without a trailing slash.</param>
/// <param name="Shard">The shard, or null for all that are local to the node.</param>
public sealed record PartKey(string Collection, string Node, uint? Shard = null)
{
    /// <summary>The shard's number, or <c>all</c>, as it stands in names.</summary>
    [JsonIgnore]
    public string ShardText => Shard?.ToString() ?? "all";
}
