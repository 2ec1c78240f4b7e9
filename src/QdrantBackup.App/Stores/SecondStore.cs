using QdrantBackup.Keys;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>The other copy of the store that is open, opened when it is first needed. It may be away, and then the next call tries again.</summary>
internal sealed class SecondStore(SealedStore store, IBackupStore blobs, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile SealedStore? _open;

    public string Location => blobs.Location;

    /// <summary>Opens it.</summary>
    public Task<SealedStore> OpenAsync(CancellationToken cancellationToken) => OpenAsync(() => throw new StoreException(
        $"there is no store at {Location}, or its disk is not mounted",
        "Mount its disk. A second store is made by the first copy ('qdrant-backup copy'), a first one that is lost by 'qdrant-backup copy --back'."), cancellationToken);

    /// <summary>Opens it, or makes it in a place that holds nothing.</summary>
    public Task<SealedStore> OpenOrMakeAsync(CancellationToken cancellationToken) => OpenAsync(() => ReplicaOpening.MakeAsync(store, blobs, time, cancellationToken), cancellationToken);

    /// <summary>Opens it; an empty place is an error, because backups were copied there before.</summary>
    public Task<SealedStore> OpenAgainAsync(int copied, CancellationToken cancellationToken) => OpenAsync(() => throw new StoreException(
        $"the second store at {Location} is gone: {copied} backups were copied there, and its place is empty",
        "Mount its disk, or correct Storage:Second. If it is lost for good, make it again with 'qdrant-backup copy --make'."), cancellationToken);

    public void Dispose()
    {
        _open?.Dispose();
        _opening.Dispose();
    }

    private async Task<SealedStore> OpenAsync(Func<Task<SealedStore>> ifMissing, CancellationToken cancellationToken)
    {
        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _open ??= await blobs.FindAsync(BlobNames.Store, cancellationToken) is null
                ? await ifMissing()
                : await ReplicaOpening.OpenAsync(store, blobs, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }
}
