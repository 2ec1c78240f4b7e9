using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Capture;

/// <summary>Notes in which order blobs are read and written.</summary>
internal sealed class RecordingStore(IBackupStore inner) : IBackupStore
{
    private readonly Lock _gate = new();

    public List<string> Steps { get; } = [];

    public string Location => inner.Location;

    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        Note("put", name);
        return inner.PutAsync(name, content, condition, summary, cancellationToken);
    }

    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        Note("get", name);
        return inner.GetAsync(name, maxLength, cancellationToken);
    }

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken)
    {
        Note("delete", name);
        return inner.DeleteAsync(name, ifMatch, cancellationToken);
    }

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken)
    {
        Note("expire", name);
        return inner.ExpireAsync(name, cancellationToken);
    }

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => inner.PurgeDeletedAsync(day, cancellationToken);

    private void Note(string step, BlobName name)
    {
        lock (_gate)
        {
            Steps.Add($"{step} {name}");
        }
    }
}
