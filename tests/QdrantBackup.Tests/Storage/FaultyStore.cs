using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

/// <summary>A store that fails where a test says so: <paramref name="fault"/> sees each call before (or, for a lost answer, after) the store does, and throws or lets it pass.</summary>
internal sealed class FaultyStore(IBackupStore inner, Action<StoreCall> fault) : IBackupStore
{
    public string Location => inner.Location;

    public async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        fault(new StoreCall(StoreOperation.Put, name.Value, IsDone: false));
        var entry = await inner.PutAsync(name, content, condition, summary, cancellationToken);
        fault(new StoreCall(StoreOperation.Put, name.Value, IsDone: true));
        return entry;
    }

    public async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        fault(new StoreCall(StoreOperation.Get, name.Value, IsDone: false));
        return await inner.GetAsync(name, maxLength, cancellationToken);
    }

    public async Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken)
    {
        fault(new StoreCall(StoreOperation.Find, name.Value, IsDone: false));
        return await inner.FindAsync(name, cancellationToken);
    }

    public IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        fault(new StoreCall(StoreOperation.List, prefix, IsDone: false));
        return inner.ListAsync(prefix, cancellationToken);
    }

    public async Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken)
    {
        fault(new StoreCall(StoreOperation.Delete, name.Value, IsDone: false));
        var isDeleted = await inner.DeleteAsync(name, ifMatch, cancellationToken);
        fault(new StoreCall(StoreOperation.Delete, name.Value, IsDone: true));
        return isDeleted;
    }
}

/// <summary>One call to a store: what, on which name or prefix, and whether it has already been done.</summary>
internal readonly record struct StoreCall(StoreOperation Operation, string Name, bool IsDone);

internal enum StoreOperation
{
    Put,
    Get,
    Find,
    List,
    Delete,
}
