using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Configuration;
using QdrantBackup.Manifests;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Storage;

namespace QdrantBackup.Functions.Wiring;

/// <summary>Opens the configured store once per process, when it is first needed: an app whose store is away still starts, and says what is wrong.</summary>
public sealed class StoreConnection(
    BackupOptions options, CaptureOptions capture, ClusterNodes nodes, Lazy<KeyVaultConnection> vaults, TimeProvider time, ILoggerFactory logs) : IDisposable
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
            return _open ??= new StoreServices(await OpenStoreAsync(cancellationToken), nodes, capture, time, logs);
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

    /// <summary>Which store and key the configuration wants; null if it does not say.</summary>
    public static StorePins? PinsOf(BackupOptions options) => options.Store is { Id: { } id, KeyId: { } keyId } ? new StorePins(id, keyId) : null;

    private async Task<SealedStore> OpenStoreAsync(CancellationToken cancellationToken)
    {
        using var recipients = StoreRecipients.Open(options.Encryption, vaults, time);
        var pins = PinsOf(options);
        var store = await SealedStore.OpenAsync(OpenBlobs(options, time), recipients.ThatOpen(), pins, options.Encryption.KeyNumber, cancellationToken);
        new KeyNotes(logs.CreateLogger<KeyNotes>()).Tell(store, recipients.Problems, pins);
        return store;
    }
}
