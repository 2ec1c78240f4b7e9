using QdrantBackup.Manifests;
using QdrantBackup.Replication;
using QdrantBackup.Storage;

namespace QdrantBackup.Functions.Wiring;

/// <summary>The other copy of the store that is open, opened when it is first needed. It may be away, and then the next call tries again.</summary>
internal sealed class SecondStore(SealedStore store, IBackupStore blobs, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile SealedStore? _open;

    public string Location => blobs.Location;

    /// <summary>Opens it.</summary>
    public Task<SealedStore> OpenAsync(CancellationToken cancellationToken) => OpenAsync(mayMake: false, cancellationToken);

    /// <summary>Opens it, or makes it in a place that holds nothing.</summary>
    public Task<SealedStore> OpenOrMakeAsync(CancellationToken cancellationToken) => OpenAsync(mayMake: true, cancellationToken);

    public void Dispose()
    {
        _open?.Dispose();
        _opening.Dispose();
    }

    private async Task<SealedStore> OpenAsync(bool mayMake, CancellationToken cancellationToken)
    {
        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _open ??= mayMake && await blobs.FindAsync(BlobNames.Store, cancellationToken) is null
                ? await ReplicaOpening.MakeAsync(store, blobs, time, cancellationToken)
                : await ReplicaOpening.OpenAsync(store, blobs, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }
}
