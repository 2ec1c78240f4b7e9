using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Configuration;
using QdrantBackup.Manifests;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Functions.Wiring;

/// <summary>Opens the configured store once per process, when it is first needed: an app whose store is away still starts, and says what is wrong.</summary>
public sealed class StoreConnection(BackupOptions options, CaptureOptions capture, ClusterNodes nodes, TimeProvider time, ILoggerFactory logs) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile StoreServices? _open;

    /// <summary>The domain on the opened store. A failure is not remembered: the next call tries again.</summary>
    public async ValueTask<StoreServices> OpenAsync(CancellationToken cancellationToken)
    {
        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _open ??= new StoreServices(await OpenStoreAsync(cancellationToken), nodes, capture, options.Retention, time, logs);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open?.Dispose();
        _opening.Dispose();
    }

    /// <summary>The configured store as it is, unopened.</summary>
    public static IBackupStore OpenBlobs(BackupOptions options, TimeProvider time)
    {
        var storage = options.Storage;
        var location = storage.ConnectionString is { } connection
            ? $"{connection.TrimEnd(';')};Container={storage.Container}"
            : storage.Remote?.ToString() ?? storage.Local!;
        return Stores.Open(location, time);
    }

    private async Task<SealedStore> OpenStoreAsync(CancellationToken cancellationToken)
    {
        var blobs = OpenBlobs(options, time);
        var recipients = options.Encryption.KeyFiles.Where(File.Exists).Select(file => KeyFileRecipient.Load(file, time)).ToList();
        if (recipients.Count == 0)
        {
            throw new UsageException(
                $"None of the configured key files is there: {string.Join(", ", options.Encryption.KeyFiles)}",
                "Put the store's key file back in its place, or make a new store with `qdrant-backup key init`.");
        }

        var pins = options.Store is { Id: { } id, KeyId: { } keyId } ? new StorePins(id, keyId) : null;
        try
        {
            return await SealedStore.OpenAsync(blobs, recipients, pins, cancellationToken);
        }
        finally
        {
            recipients.ForEach(r => r.Dispose());
        }
    }
}
