using System.Runtime.CompilerServices;

namespace QdrantBackup.Storage;

/// <summary>A store in memory: for tests, and the model for the other stores.</summary>
public sealed class InMemoryStore : IBackupStore, IServerSideCopy
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, StoredBlob> _blobs = new(Utf8Order.Instance);
    private readonly TimeProvider _time;
    private long _version;

    /// <summary>Makes an empty store whose modification times come from <paramref name="time"/>.</summary>
    public InMemoryStore(TimeProvider time, string location = "memory:")
    {
        _time = time;
        Location = location;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        BlobSummary.Check(name, summary);
        return Answer(() =>
        {
            StoreErrors.ThrowUnlessMet(condition, name, _blobs.GetValueOrDefault(name.Value)?.Entry.ETag, Location);
            var entry = new BlobEntry(name, content.Length, $"\"{++_version}\"", _time.GetUtcNow(), summary);
            _blobs[name.Value] = new StoredBlob(entry, content.ToArray());
            return entry;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        Answer(() => _blobs.GetValueOrDefault(name.Value) switch
        {
            null => null,
            { } blob when blob.Entry.Length > maxLength => throw StoreErrors.TooLong(name, blob.Entry.Length, maxLength, Location),
            { } blob => blob with { Content = blob.Content.ToArray() },
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) =>
        Answer(() => _blobs.GetValueOrDefault(name.Value)?.Entry, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await Answer(() => _blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(blob => blob.Value.Entry)
            .ToList(), cancellationToken);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            if (!_blobs.TryGetValue(name.Value, out var blob))
            {
                return false;
            }

            StoreErrors.ThrowUnlessMet(ifMatch is null ? PutCondition.Always : PutCondition.OnlyIfMatch(ifMatch), name, blob.Entry.ETag, Location);
            return _blobs.Remove(name.Value);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => DeleteAsync(name, ifMatch: null, cancellationToken);

    /// <inheritdoc/>
    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Answer(() => 0, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Answer(_time.GetUtcNow, cancellationToken);

    /// <inheritdoc/>
    public bool CanCopyFrom(IBackupStore source) => source is InMemoryStore;

    /// <inheritdoc/>
    public async Task<BlobEntry?> TryCopyFromAsync(IBackupStore source, BlobName name, CancellationToken cancellationToken)
    {
        if (await source.GetAsync(name, long.MaxValue, cancellationToken) is not { } blob)
        {
            return null;
        }

        try
        {
            return await PutAsync(name, blob.Content, PutCondition.OnlyIfAbsent, blob.Entry.Summary, cancellationToken);
        }
        catch (StoreConflictException)
        {
            return null;
        }
    }

    /// <summary>Runs one step alone, and turns its failure into a failed task: a store never throws before it is awaited.</summary>
    private Task<T> Answer<T>(Func<T> step, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            lock (_gate)
            {
                return Task.FromResult(step());
            }
        }
        catch (StoreException e)
        {
            return Task.FromException<T>(e);
        }
    }
}
