using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Manifests;

/// <summary>Which store and which key must be found; from the configuration.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="KeyId">Its key, 32 hex digits.</param>
public sealed record StorePins(StoreId StoreId, string KeyId);

/// <summary>A document and what the store knows of it.</summary>
/// <param name="Entry">The blob.</param>
/// <param name="Value">Its content.</param>
public sealed record StoredDocument<T>(BlobEntry Entry, T Value);

/// <summary>An opened store: blobs, and the key to seal and open them.</summary>
public sealed class SealedStore : IDisposable
{
    internal SealedStore(IBackupStore blobs, Sealer sealer) => (Blobs, Sealer) = (blobs, sealer);

    /// <summary>The blobs.</summary>
    public IBackupStore Blobs { get; }

    /// <summary>Seals and opens.</summary>
    public Sealer Sealer { get; }

    /// <summary>The store's id.</summary>
    public StoreId StoreId => Sealer.StoreId;

    /// <summary>The id of the store's key.</summary>
    public string KeyId => Sealer.KeyId;

    /// <summary>Opens a store with the first recipient that can, and refuses any store or key but the pinned ones.</summary>
    public static Task<SealedStore> OpenAsync(IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes a new store with a new key wrapped for each recipient; returns the two values to pin.</summary>
    public static Task<StorePins> InitializeAsync(IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, TimeProvider time, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Seals a JSON document and puts it.</summary>
    public Task<BlobEntry> PutDocumentAsync<T>(
        BlobName name, SealedType type, T value, JsonTypeInfo<T> json, PutCondition condition, string? summary, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads and opens a JSON document, or null when there is none.</summary>
    public Task<StoredDocument<T>?> FindDocumentAsync<T>(BlobName name, SealedType type, JsonTypeInfo<T> json, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads and opens a JSON document, or the default when there is none.</summary>
    public async Task<T?> GetDocumentAsync<T>(BlobName name, SealedType type, JsonTypeInfo<T> json, CancellationToken cancellationToken) =>
        await FindDocumentAsync(name, type, json, cancellationToken) is { } found ? found.Value : default;

    /// <inheritdoc/>
    public void Dispose() => Sealer.Dispose();
}
