namespace QdrantBackup.Chunking;

/// <summary>Finds what a snapshot lacks, by the summary of its archive.</summary>
public static class ArchiveCheck
{
    /// <summary>What is wrong with a collection snapshot, or null.</summary>
    /// <param name="summary">What the whole archive has shown.</param>
    /// <param name="expectedShards">Shards that must be in it, beyond those that show themselves.</param>
    public static string? CollectionSnapshot(ArchiveSummary summary, IEnumerable<uint>? expectedShards = null)
    {
        string? problem = Whole(summary) ?? Lacks(summary, "config.json", "version.info");
        if (problem is not null)
        {
            return problem;
        }

        foreach (ShardFiles shard in summary.Shards)
        {
            if (!shard.HasConfig || !shard.HasReplicaState)
            {
                return $"shard {shard.Shard} lacks {(shard.HasConfig ? ArchiveNames.ReplicaState : ArchiveNames.ShardConfig)}";
            }
        }

        foreach (uint shard in expectedShards ?? [])
        {
            if (summary.Shards.All(s => s.Shard != shard))
            {
                return $"shard {shard} is missing";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a snapshot of one shard, stored or streamed, or null.</summary>
    public static string? ShardSnapshot(ArchiveSummary summary) =>
        Whole(summary) ?? Lacks(summary, ArchiveNames.ShardConfig, ArchiveNames.ReplicaState);

    private static string? Whole(ArchiveSummary summary) => summary switch
    {
        { Length: 0 } => "it is empty",
        { BrokenAt: 0 } => "it is not a tar archive",
        { BrokenAt: { } at } => $"the archive is damaged at byte {at}",
        { DamagedArchive: { } name } => $"the archive '{name}' in it is damaged",
        { EndsWithTrailer: false } => $"the archive ends early, after {summary.Length} bytes, without its two zero blocks",
        { MemberCount: 0 } => "the archive has no members",
        _ => null,
    };

    private static string? Lacks(ArchiveSummary summary, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!summary.RootFiles.Contains(name))
            {
                return $"{name} is missing";
            }
        }

        return null;
    }
}
