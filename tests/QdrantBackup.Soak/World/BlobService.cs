using QdrantBackup.Storage;

namespace QdrantBackup.Soak.World;

/// <summary>The blob service: every effect happens at one moment, in the order of arrival, and is reported to the checker of the invariants.</summary>
internal sealed class BlobService(ServiceClock clock, Oracle oracle)
{
    private readonly SortedDictionary<string, StoredBlob> _blobs = new(StringComparer.Ordinal);
    private long _version;

    public DateTimeOffset Now => clock.Now;

    public StoredBlob? Get(string name) => _blobs.GetValueOrDefault(name);

    /// <summary>A page of a listing: the next few names after one, as they are now. Null when there are none.</summary>
    public IReadOnlyList<BlobEntry>? Page(string prefix, string? after, int size)
    {
        List<BlobEntry> page = [.. _blobs
            .Where(b => b.Key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(b.Key, after) > 0))
            .Take(size)
            .Select(b => b.Value.Entry)];
        return page.Count == 0 ? null : page;
    }

    public bool Any(string prefix) => _blobs.Keys.Any(n => n.StartsWith(prefix, StringComparison.Ordinal));

    public IEnumerable<string> Names(string prefix) => [.. _blobs.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Empties the service.</summary>
    public IReadOnlyList<StoredBlob> TakeAll()
    {
        StoredBlob[] all = [.. _blobs.Values];
        _blobs.Clear();
        return all;
    }

    public BlobEntry Put(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary)
    {
        StoreErrors.ThrowUnlessMet(condition, name, Get(name.Value)?.Entry.ETag, "the simulated service");
        var entry = new BlobEntry(name, content.Length, $"\"{++_version}\"", clock.Now, summary);
        oracle.BeforePut(this, name, content);
        _blobs[name.Value] = new StoredBlob(entry, content);
        return entry;
    }

    public bool Delete(BlobName name, string? ifMatch)
    {
        if (Get(name.Value) is not { } blob)
        {
            return false;
        }

        StoreErrors.ThrowUnlessMet(ifMatch is null ? PutCondition.Always : PutCondition.OnlyIfMatch(ifMatch), name, blob.Entry.ETag, "the simulated service");
        oracle.BeforeDelete(this, name);
        return _blobs.Remove(name.Value);
    }
}
