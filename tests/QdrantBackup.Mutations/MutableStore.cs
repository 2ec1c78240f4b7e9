using System.Runtime.CompilerServices;
using QdrantBackup.Storage;

namespace QdrantBackup.Mutations;

/// <summary>Blobs that anybody may have changed. It records which were read, and how much a reader was ready to take.</summary>
internal sealed class MutableStore(IReadOnlyDictionary<string, Blob> blobs) : IBackupStore
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public Dictionary<string, Blob> Blobs { get; } = new(blobs, StringComparer.Ordinal);

    /// <summary>The names that were read.</summary>
    public IReadOnlyCollection<string> Read => _read;

    /// <summary>The longest blob that any read was ready to take.</summary>
    public long LongestAsked { get; private set; }

    public string Location => "mutated:";

    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _read.Add(name.Value);
            LongestAsked = Math.Max(LongestAsked, maxLength);
        }

        if (!Blobs.TryGetValue(name.Value, out var blob))
        {
            return Task.FromResult<StoredBlob?>(null);
        }

        if (blob.Length > maxLength)
        {
            return Task.FromException<StoredBlob?>(StoreErrors.TooLong(name, blob.Length, maxLength, Location));
        }

        var content = new byte[blob.Length];
        blob.Content.CopyTo(content, 0);
        return Task.FromResult<StoredBlob?>(new StoredBlob(EntryOf(name, blob), content));
    }

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) =>
        Task.FromResult(Blobs.TryGetValue(name.Value, out var blob) ? EntryOf(name, blob) : null);

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (name, blob) in Blobs.Where(b => b.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(b => b.Key, Utf8Order.Instance))
        {
            yield return EntryOf(new BlobName(name), blob);
        }
    }

    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A reader writes nothing.");

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A reader deletes nothing.");

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => throw new NotSupportedException("A reader tags nothing.");

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => throw new NotSupportedException("A reader deletes nothing.");

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Task.FromResult(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static BlobEntry EntryOf(BlobName name, Blob blob) => new(name, blob.Length, "\"1\"", default, blob.Summary);
}
