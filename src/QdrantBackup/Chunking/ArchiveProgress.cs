using System.Globalization;

namespace QdrantBackup.Chunking;

/// <summary>Gathers the summary of an archive while it passes.</summary>
internal sealed class ArchiveProgress
{
    // More shards than Qdrant would survive; beyond it the check fails instead of the memory growing.
    private const int MaxShards = 10_000;

    private readonly List<string> _rootFiles = [];
    private readonly SortedDictionary<uint, ShardFiles> _shards = [];
    private long _memberCount;
    private string? _lastMember;
    private string? _damagedArchive;
    private bool _endsWithTrailer;
    private long? _brokenAt;

    public ArchiveProgress()
    {
    }

    public ArchiveProgress(ArchiveSummary summary)
    {
        _rootFiles.AddRange(summary.RootFiles);
        foreach (ShardFiles shard in summary.Shards)
        {
            _shards[shard.Shard] = shard;
        }

        (_memberCount, _lastMember, _damagedArchive) = (summary.MemberCount, summary.LastMember, summary.DamagedArchive);
        (_endsWithTrailer, _brokenAt) = (summary.EndsWithTrailer, summary.BrokenAt);
    }

    /// <summary>An archive, the outermost one if it has no name, ends with its trailer or stops being tar at an offset.</summary>
    public void AddEnd(string? nestedName, long? damagedAt)
    {
        if (nestedName is null)
        {
            (_endsWithTrailer, _brokenAt) = (damagedAt is null, damagedAt);
        }
        else if (damagedAt is not null)
        {
            _damagedArchive ??= nestedName;
        }
    }

    public void AddMember(string name, bool isNested)
    {
        _memberCount++;
        if (isNested)
        {
            return;
        }

        _lastMember = name;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            if (ArchiveNames.IsRootFile(name) && !_rootFiles.Contains(name))
            {
                _rootFiles.Add(name);
            }
        }
        else if (uint.TryParse(name.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out uint shard))
        {
            AddShardFile(shard, name.AsSpan(slash + 1));
        }
    }

    public ArchiveSummary ToSummary(long length) =>
        new(length, _memberCount, _endsWithTrailer, _brokenAt, _damagedArchive, [.. _rootFiles], [.. _shards.Values], _lastMember);

    private void AddShardFile(uint shard, ReadOnlySpan<char> file)
    {
        if (!_shards.TryGetValue(shard, out ShardFiles? files))
        {
            if (_shards.Count == MaxShards)
            {
                return;
            }

            files = new ShardFiles(shard, HasConfig: false, HasReplicaState: false);
            _shards[shard] = files;
        }

        if (file is ArchiveNames.ShardConfig)
        {
            _shards[shard] = files with { HasConfig = true };
        }
        else if (file is ArchiveNames.ReplicaState)
        {
            _shards[shard] = files with { HasReplicaState = true };
        }
    }
}
