using QdrantBackup.Ids;

namespace QdrantBackup.Retention;

/// <summary>
/// The chunks that backups need, as exact ids, in a slice of all ids. When they become too many the slice is narrowed and ids beyond it are dropped, to be
/// marked again for the next slice: memory is bounded for a store of any size (W7).
/// </summary>
internal sealed class LiveChunks(int from, int to, int maxIds)
{
    private readonly HashSet<ChunkId> _ids = [];

    /// <summary>The first byte of the ids at which the slice begins.</summary>
    public int From { get; } = from;

    /// <summary>The first byte behind the slice, at most 256.</summary>
    public int To { get; private set; } = to;

    /// <summary>How many ids are held at most.</summary>
    public int MaxIds { get; } = maxIds;

    public IReadOnlyCollection<ChunkId> Ids => _ids;

    public bool Contains(ChunkId id) => _ids.Contains(id);

    public void Add(ChunkId id)
    {
        if (id.FirstByte < From || id.FirstByte >= To || !_ids.Add(id) || _ids.Count <= MaxIds)
        {
            return;
        }

        if (To - From == 1)
        {
            throw new UsageException($"more than {MaxIds} chunks have ids that begin with one byte", "The store is larger than this program can prune in the memory that it may take.");
        }

        To = From + ((To - From) / 2);
        _ids.RemoveWhere(i => i.FirstByte >= To);
    }
}
