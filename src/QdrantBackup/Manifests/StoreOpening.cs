using System.Text.Json;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Manifests;

/// <summary>Which store and which key must be found; from the configuration.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="KeyId">Its key, 32 hex digits.</param>
public sealed record StorePins(StoreId StoreId, string KeyId);

/// <summary>Opens and makes stores (docs/format.md §2).</summary>
internal static class StoreOpening
{
    public const int StoreFormat = 1;
    private const int MaxDescriptionLength = 64 * 1024;

    public static async Task<SealedStore> OpenAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, CancellationToken cancellationToken)
    {
        (StoreId storeId, bool isReplica, ReadOnlyMemory<byte> description) = await ReadDescriptionAsync(blobs, cancellationToken);
        if (pins is not null && pins.StoreId != storeId)
        {
            throw new RefusedException(
                $"'store.json' says that the store at {blobs.Location} is {storeId}, but {pins.StoreId} is pinned",
                "Point Storage at the store that belongs to this configuration. If this store is meant, pin its id and key id instead.");
        }

        using StoreKey key = await UnwrapAsync(blobs, recipients, pins, storeId, cancellationToken);
        PlainDocument.Check(key, BlobNames.Store.Value, description.Span);
        return new SealedStore(blobs, new Sealer(storeId, key), isReplica);
    }

    public static async Task<StorePins> InitializeAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, TimeProvider time, CancellationToken cancellationToken)
    {
        if (recipients.Count == 0)
        {
            throw new UsageException("a store needs at least one recipient of its key", "Configure a key file first.");
        }

        await foreach (BlobEntry entry in blobs.ListAsync("", cancellationToken))
        {
            // One blob is enough: keys of an older store beside a new store.json would be a trap.
            throw new RefusedException(
                $"{blobs.Location} is not empty: it holds '{entry.Name}'",
                "A store is made once. Give an empty directory or container, or open the store that is there.");
        }

        StoreId storeId = StoreId.Generate();
        using StoreKey key = StoreKey.Generate();
        foreach (IStoreKeyRecipient recipient in recipients)
        {
            KeyDocument document = await recipient.WrapAsync(key, storeId, cancellationToken);
            BlobName name = BlobNames.Key(key.KeyId, recipient.RecipientId);
            await blobs.PutAsync(name, PlainDocument.Protect(key, name.Value, document.ToJson()), PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
        }

        // Last: a store without store.json is not one yet.
        byte[] description = JsonSerializer.SerializeToUtf8Bytes(
            new StoreDescription(StoreFormat, storeId.ToString(), time.GetUtcNow()), StoreJson.Default.StoreDescription);
        await blobs.PutAsync(BlobNames.Store, PlainDocument.Protect(key, BlobNames.Store.Value, description), PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
        return new StorePins(storeId, key.KeyId);
    }

    /// <summary>What store.json says, not yet authenticated, and its bytes.</summary>
    public static async Task<(StoreId StoreId, bool IsReplica, ReadOnlyMemory<byte> Bytes)> ReadDescriptionAsync(IBackupStore blobs, CancellationToken cancellationToken)
    {
        StoredBlob blob = await blobs.GetAsync(BlobNames.Store, MaxDescriptionLength, cancellationToken)
            ?? throw new StoreException($"{blobs.Location} is not a backup store: it has no store.json", "Make one with 'qdrant-backup key init', or correct the address of the store.");
        StoreDescription? description = null;
        try
        {
            description = JsonSerializer.Deserialize(blob.Content.Span, StoreJson.Default.StoreDescription);
        }
        catch (JsonException)
        {
            // Told below, as for any other content that is no description.
        }

        if (description is { Format: > StoreFormat })
        {
            throw new SealException($"the store at {blobs.Location} is of format {description.Format}, newer than {StoreFormat}", "Use the newest version of this program.");
        }

        return description is { Format: StoreFormat } && StoreId.TryParse(description.StoreId, out StoreId storeId)
            ? (storeId, description.Replica == true, blob.Content)
            : throw new SealException($"'store.json' at {blobs.Location} is damaged", "Put it back from soft delete or the second store; it is not secret and holds format, storeId and created.");
    }

    private static async Task<StoreKey> UnwrapAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, StorePins? pins, StoreId storeId, CancellationToken cancellationToken)
    {
        string prefix = pins is null ? BlobNames.Keys : $"{BlobNames.Keys}{pins.KeyId}/";
        BackupException? failure = null;
        int seen = 0;
        await foreach (BlobEntry entry in blobs.ListAsync(prefix, cancellationToken))
        {
            seen++;
            if (recipients.FirstOrDefault(r => entry.Name.Value.EndsWith($"/{r.RecipientId}.json", StringComparison.Ordinal)) is not { } recipient)
            {
                continue;
            }

            try
            {
                return await UnwrapAsync(blobs, recipient, entry.Name, pins, storeId, cancellationToken);
            }
            catch (SealException e)
            {
                failure = e;
            }
        }

        throw failure ?? (seen == 0 && pins is not null
            ? new RefusedException($"the store at {blobs.Location} has no key {pins.KeyId}, which is pinned", "Check the pinned key id. If it is right, somebody replaced the keys of this store: do not use it.")
            : new UsageException($"none of the configured recipients can open the store at {blobs.Location}", "Configure the key file that the store was made with, or another recipient of its key."));
    }

    private static async Task<StoreKey> UnwrapAsync(
        IBackupStore blobs, IStoreKeyRecipient recipient, BlobName name, StorePins? pins, StoreId storeId, CancellationToken cancellationToken)
    {
        StoredBlob blob = await blobs.GetAsync(name, KeyDocument.MaxLengthBytes, cancellationToken)
            ?? throw new SealException($"'{name}' is gone", "Put it back from the second store or soft delete.");
        StoreKey key = await UnwrapNamedAsync(recipient, name, KeyDocument.FromJson(name.Value, blob.Content.Span), storeId, cancellationToken);
        string keyId = key.KeyId;
        try
        {
            if (name == BlobNames.Key(keyId, recipient.RecipientId) && (pins is null || keyId == pins.KeyId))
            {
                PlainDocument.Check(key, name.Value, blob.Content.Span);
                return key;
            }
        }
        catch (SealException)
        {
            key.Dispose();
            throw;
        }

        key.Dispose();
        throw new SealException($"'{name}' holds the key {keyId}, not the one that its name says", "Somebody replaced the keys of this store: do not use it before you know who and why.");
    }

    /// <summary>Recipients know their documents, not the blobs that hold them: whoever mends a store needs the blob's name.</summary>
    private static async Task<StoreKey> UnwrapNamedAsync(
        IStoreKeyRecipient recipient, BlobName name, KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        try
        {
            return await recipient.UnwrapAsync(document, storeId, cancellationToken);
        }
        catch (SealException e)
        {
            throw new SealException($"'{name}': {e.Message}", e.Hint, e);
        }
    }
}
