using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Retention;

/// <summary>A store whose identity may read, create and overwrite, but neither delete nor tag; or whose policy keeps some blobs.</summary>
internal sealed class RestrictedStore(IBackupStore inner, Func<BlobName, bool> isImmutable, bool mayDelete) : IBackupStore
{
    public string Location => inner.Location;

    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, condition, summary, cancellationToken);

    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => inner.GetAsync(name, maxLength, cancellationToken);

    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => isImmutable(name)
        ? Task.FromException<bool>(new ImmutableBlobException($"{name} is immutable", "Wait."))
        : mayDelete ? inner.DeleteAsync(name, ifMatch, cancellationToken) : Task.FromException<bool>(Denied("delete", name));

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => mayDelete ? inner.ExpireAsync(name, cancellationToken) : Task.FromException(Denied("tag", name));

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => inner.PurgeDeletedAsync(day, cancellationToken);

    private static InvalidOperationException Denied(string what, BlobName name) => new($"this identity may not {what} {name}");
}
