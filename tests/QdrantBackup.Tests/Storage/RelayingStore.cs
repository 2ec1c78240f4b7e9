using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

/// <summary>A store that passes everything on; tests override what is to go otherwise.</summary>
internal abstract class RelayingStore(IBackupStore inner) : IBackupStore
{
    public string Location => inner.Location;

    public virtual Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, condition, summary, cancellationToken);

    public virtual Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => inner.GetAsync(name, maxLength, cancellationToken);

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public virtual IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => inner.DeleteAsync(name, ifMatch, cancellationToken);
}
