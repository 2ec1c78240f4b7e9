namespace QdrantBackup.Chunking;

/// <summary>Which of the files that every shard needs an archive has shown.</summary>
/// <param name="Shard">The shard's id: the name of its directory.</param>
/// <param name="HasConfig">Whether <c>shard_config.json</c> was there.</param>
/// <param name="HasReplicaState">Whether <c>replica_state.json</c> was there.</param>
public sealed record ShardFiles(uint Shard, bool HasConfig, bool HasReplicaState);

/// <summary>What the archive has shown so far: enough to decide whether a snapshot is whole (<see cref="ArchiveCheck"/>).</summary>
/// <param name="Length">Bytes seen.</param>
/// <param name="MemberCount">Members seen, those of nested archives included.</param>
/// <param name="EndsWithTrailer">Whether the outermost archive has ended with its two zero blocks.</param>
/// <param name="BrokenAt">Where the outermost archive stopped being tar (0 for what never was), or null.</param>
/// <param name="DamagedArchive">The first nested archive that stopped being tar before its end, or null.</param>
/// <param name="RootFiles">The files beside the shard directories that a check may ask for, in their order.</param>
/// <param name="Shards">The shard directories, in order of their ids.</param>
/// <param name="LastMember">The last member of the outermost archive.</param>
public sealed record ArchiveSummary(
    long Length,
    long MemberCount,
    bool EndsWithTrailer,
    long? BrokenAt,
    string? DamagedArchive,
    IReadOnlyList<string> RootFiles,
    IReadOnlyList<ShardFiles> Shards,
    string? LastMember)
{
    /// <summary>Nothing seen yet.</summary>
    public static ArchiveSummary Empty { get; } = new(0, 0, false, null, null, [], [], null);

    /// <summary>Whether it is an archive at all, as far as it was seen.</summary>
    public bool IsTar => MemberCount > 0 && BrokenAt is null;
}
