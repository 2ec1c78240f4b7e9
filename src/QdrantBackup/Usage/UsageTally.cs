using System.Runtime.InteropServices;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Usage;

/// <summary>Counts which backups need which chunk. Backups come one after the other, so that the last one seen shows whether a chunk was counted for it.</summary>
internal sealed class UsageTally
{
    private readonly Dictionary<ChunkId, Need> _needs = [];
    private readonly Dictionary<BackupId, int> _numbers = [];
    private readonly Dictionary<(string Cluster, string Name), int> _collections = [];
    private readonly List<CollectionSum> _collectionSums = [];
    private readonly long[] _unique;
    private readonly long[] _needed;
    private readonly long[] _own;
    private readonly long[] _logical;
    private long _neededOnce;

    public UsageTally(IReadOnlyList<BackupId> backups)
    {
        (_unique, _needed, _own, _logical) = (new long[backups.Count], new long[backups.Count], new long[backups.Count], new long[backups.Count]);
        for (int i = 0; i < backups.Count; i++)
        {
            _numbers.Add(backups[i], i);
        }
    }

    /// <summary>Bytes of all lists and manifests.</summary>
    public long ListBytes { get; private set; }

    public void AddListBytes(BackupId? backup, long bytes)
    {
        ListBytes += bytes;
        if (backup is { } id && _numbers.TryGetValue(id, out int number))
        {
            _own[number] += bytes;
        }
    }

    public int CollectionOf(string cluster, string name)
    {
        if (!_collections.TryGetValue((cluster, name), out int number))
        {
            number = _collectionSums.Count;
            _collections.Add((cluster, name), number);
            _collectionSums.Add(new CollectionSum());
        }

        return number;
    }

    /// <summary>A part of a backup; backups come newest first.</summary>
    public void AddPart(int backup, int collection, long length, long recentlyStored)
    {
        _logical[backup] += length;
        CollectionSum sum = _collectionSums[collection];
        if (sum.LastBackup != backup)
        {
            (sum.LastBackup, sum.Backups) = (backup, sum.Backups + 1);
        }

        sum.NewestLogical += sum.Backups == 1 ? length : 0;
        sum.RecentlyStored += recentlyStored;
    }

    public void AddChunks(int backup, int collection, IEnumerable<ChunkListEntry> chunks)
    {
        foreach (ChunkListEntry chunk in chunks)
        {
            ref Need need = ref CollectionsMarshal.GetValueRefOrAddDefault(_needs, chunk.Id, out bool isKnown);
            if (!isKnown)
            {
                need = new Need { Length = chunk.SealedLength, LastBackup = backup };
                _collectionSums[collection].Stored += chunk.SealedLength;
                _neededOnce += chunk.SealedLength;
                _needed[backup] += chunk.SealedLength;
            }
            else if (need.LastBackup != backup)
            {
                (need.LastBackup, need.IsShared) = (backup, true);
                _needed[backup] += need.Length;
            }
        }
    }

    /// <summary>Chunks that only one backup needed count as its own; the next ids follow.</summary>
    public void EndSlice()
    {
        foreach (Need need in _needs.Values)
        {
            _unique[need.LastBackup] += need.IsShared ? 0 : need.Length;
        }

        _needs.Clear();
    }

    public UsageReport ToReport(IReadOnlyList<CatalogEntry> entries, string fingerprint, DateTimeOffset at, long chunks, long chunkBytes, Growth growth) => new()
    {
        At = at,
        Catalog = fingerprint,
        Chunks = chunks,
        ChunkBytes = chunkBytes,
        NeededBytes = _neededOnce,
        ListBytes = ListBytes,
        LogicalBytes = _logical.Sum(),
        Backups = [.. entries.Select((e, i) => new BackupUsage(
            e.Id, e.Summary!.Cluster, e.Retired, _logical[i], _unique[i] + _own[i], _needed[i] - _unique[i], e.Summary.Totals.StoredBytes))],
        Collections = [.. _collections.OrderBy(c => c.Key.Name, StringComparer.Ordinal).ThenBy(c => c.Key.Cluster, StringComparer.Ordinal).Select(c =>
        {
            CollectionSum sum = _collectionSums[c.Value];
            return new CollectionUsage(c.Key.Name, c.Key.Cluster, sum.Backups, sum.NewestLogical, sum.Stored, sum.RecentlyStored);
        })],
        Growth = growth,
    };

    private struct Need
    {
        public int Length;
        public int LastBackup;
        public bool IsShared;
    }

    private sealed class CollectionSum
    {
        public int LastBackup { get; set; } = -1;

        public int Backups { get; set; }

        public long NewestLogical { get; set; }

        public long Stored { get; set; }

        public long RecentlyStored { get; set; }
    }
}
