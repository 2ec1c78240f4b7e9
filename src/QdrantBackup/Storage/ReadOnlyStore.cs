using System.Runtime.CompilerServices;

namespace QdrantBackup.Storage;

/// <summary>
/// A store that cannot be written, e.g. on a disk that is mounted read-only. The records that runs need while they read (their requests, pins, leases and results) are kept in
/// memory beside it, and are gone with the process. What backups consist of is refused.
/// </summary>
public sealed class ReadOnlyStore(IBackupStore inner, TimeProvider time) : IBackupStore
{
    private static readonly string[] Kept = ["runs/", "pins/", "leases/", "open/", "checks/", "verified/", "damaged/", "maintenance/"];

    private readonly InMemoryStore _beside = new(time, inner.Location);

    /// <inheritdoc/>
    public string Location => inner.Location;

    /// <inheritdoc/>
    public async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        if (!Array.Exists(Kept, prefix => name.Value.StartsWith(prefix, StringComparison.Ordinal)))
        {
            throw Refused(Location);
        }

        // Of what is not beside it yet, the store below has the present state.
        if (await _beside.FindAsync(name, cancellationToken) is null)
        {
            StoreErrors.ThrowUnlessMet(condition, name, (await inner.FindAsync(name, cancellationToken))?.ETag, Location);
            condition = PutCondition.OnlyIfAbsent;
        }

        return await _beside.PutAsync(name, content, condition, summary, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        await _beside.GetAsync(name, maxLength, cancellationToken) ?? await inner.GetAsync(name, maxLength, cancellationToken);

    /// <inheritdoc/>
    public async Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) =>
        await _beside.FindAsync(name, cancellationToken) ?? await inner.FindAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var beside = new SortedDictionary<string, BlobEntry>(Utf8Order.Instance);
        await foreach (var entry in _beside.ListAsync(prefix, cancellationToken))
        {
            beside[entry.Name.Value] = entry;
        }

        var mine = new Queue<BlobEntry>(beside.Values);
        await foreach (var entry in inner.ListAsync(prefix, cancellationToken))
        {
            while (mine.TryPeek(out var next) && Utf8Order.Instance.Compare(next.Name.Value, entry.Name.Value) < 0)
            {
                yield return mine.Dequeue();
            }

            yield return mine.TryPeek(out var same) && same.Name == entry.Name ? mine.Dequeue() : entry;
        }

        while (mine.TryDequeue(out var last))
        {
            yield return last;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken)
    {
        var isBeside = await _beside.DeleteAsync(name, ifMatch, cancellationToken);
        return isBeside || await inner.FindAsync(name, cancellationToken) is null ? isBeside : throw Refused(Location);
    }

    /// <inheritdoc/>
    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => DeleteAsync(name, ifMatch: null, cancellationToken);

    /// <inheritdoc/>
    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <inheritdoc/>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => inner.NowAsync(cancellationToken);

    /// <summary>The refusal to write into such a store.</summary>
    public static StoreException Refused(string location) => new(
        $"the store {location} is on a disk that is mounted read-only", "It can be listed, verified and restored from as it is. For anything else mount the disk for writing.");
}
