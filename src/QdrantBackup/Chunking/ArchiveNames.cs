namespace QdrantBackup.Chunking;

/// <summary>The names inside Qdrant's archives that a check may ask for.</summary>
internal static class ArchiveNames
{
    public const string ShardConfig = "shard_config.json";
    public const string ReplicaState = "replica_state.json";

    private static readonly HashSet<string> s_root = new(StringComparer.Ordinal)
    {
        "config.json", "version.info", "shard_key_mapping.json", "payload_index.json", ShardConfig, ReplicaState,
    };

    public static bool IsRootFile(ReadOnlySpan<char> name) => s_root.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
