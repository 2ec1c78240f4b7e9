using QdrantBackup.Storage;

namespace QdrantBackup.Soak.World;

/// <summary>A store that passes every call on; a derived class overrides the calls that it changes.</summary>
internal abstract class RelayingStore(IBackupStore inner) : IBackupStore
{
    protected IBackupStore Inner { get; } = inner;

    public string Location => Inner.Location;

    public virtual Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
        Inner.PutAsync(name, content, condition, summary, cancellationToken);

    public virtual Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) => Inner.GetAsync(name, maxLength, cancellationToken);

    public virtual Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) => Inner.FindAsync(name, cancellationToken);

    public virtual IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken) => Inner.ListAsync(prefix, cancellationToken);

    public virtual Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => Inner.DeleteAsync(name, ifMatch, cancellationToken);

    public virtual Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => Inner.ExpireAsync(name, cancellationToken);

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Inner.PurgeDeletedAsync(day, cancellationToken);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Inner.NowAsync(cancellationToken);
}
