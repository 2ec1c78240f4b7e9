using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>
/// Makes stores (docs/format.md §2). The key documents come first and store.json last: a store without it is not one yet, and whoever was
/// interrupted in between finishes it by asking again.
/// </summary>
public static class StoreCreation
{
    /// <summary>Whether a store was begun there and not finished: it is finished with the recipients that it has, not with new ones.</summary>
    /// <exception cref="RefusedException">There is a store, or something else.</exception>
    public static async Task<bool> IsBegunAsync(IBackupStore blobs, CancellationToken cancellationToken) => (await FindBegunAsync(blobs, cancellationToken)).Count > 0;

    /// <summary>Makes a new store with a new key wrapped for each recipient, or finishes one that was begun; returns the two values to pin.</summary>
    public static async Task<StorePins> InitializeAsync(
        IBackupStore blobs, IReadOnlyList<IStoreKeyRecipient> recipients, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!recipients.Any(r => r.CanUnwrap))
        {
            throw new UsageException(
                "a store needs at least one recipient of its key that can unwrap it here",
                "Configure a key file, a Key Vault key or a passphrase: a public key alone could not even write backups.");
        }

        IReadOnlyList<StoredKeyDocument> begun = await FindBegunAsync(blobs, cancellationToken);
        (StoreId storeId, StoreKey key) = begun.Count == 0
            ? (StoreId.Generate(), StoreKey.Generate())
            : await TakeUpAsync(blobs, begun, recipients, cancellationToken);
        using (key)
        {
            // All are wrapped for before anything is put: a passphrase that is refused leaves nothing behind. Those that it can be finished with come first.
            var wrapped = new List<KeyDocument>();
            foreach (IStoreKeyRecipient recipient in recipients.OrderByDescending(r => r.CanUnwrap))
            {
                if (!await IsAmongAsync(begun, recipient, storeId, cancellationToken))
                {
                    wrapped.Add(await KeyDocuments.WrapAsync(key, storeId, recipient, cancellationToken));
                }
            }

            var put = new List<BlobEntry>();
            foreach (KeyDocument document in wrapped)
            {
                put.Add(await KeyDocuments.PutAsync(blobs, key, document, PutCondition.OnlyIfAbsent, cancellationToken));
            }

            await PutDescriptionAsync(blobs, key, storeId, time, put, cancellationToken);
            return new StorePins(storeId, key.KeyId);
        }
    }

    private static async Task PutDescriptionAsync(
        IBackupStore blobs, StoreKey key, StoreId storeId, TimeProvider time, IReadOnlyList<BlobEntry> put, CancellationToken cancellationToken)
    {
        byte[] description = JsonSerializer.SerializeToUtf8Bytes(
            new StoreDescription(StoreOpening.StoreFormat, storeId.ToString(), time.GetUtcNow()), KeysJson.Default.StoreDescription);
        try
        {
            await blobs.PutAsync(BlobNames.Store, PlainDocument.Protect(key, BlobNames.Store.Value, description), PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
        }
        catch (StoreConflictException)
        {
            foreach (BlobEntry entry in put)
            {
                await blobs.DeleteAsync(entry.Name, entry.ETag, cancellationToken);
            }

            throw new RefusedException($"another process created a store at {blobs.Location} at the same time", "Open that one, or give an empty directory or container.");
        }
    }

    /// <summary>What an interrupted attempt left: key documents and nothing else.</summary>
    private static async Task<IReadOnlyList<StoredKeyDocument>> FindBegunAsync(IBackupStore blobs, CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in blobs.ListAsync("", cancellationToken))
        {
            if (!entry.Name.Value.StartsWith(BlobNames.Keys, StringComparison.Ordinal))
            {
                // One blob is enough: keys of an older store beside a new store.json would be a trap.
                throw new RefusedException(
                    $"{blobs.Location} is not empty: it holds '{entry.Name}'",
                    "A store is made once. Give an empty directory or container, or open the store that is there.");
            }
        }

        return await KeyDocuments.ReadAsync(blobs, keyId: null, [], cancellationToken);
    }

    private static async Task<bool> IsAmongAsync(
        IReadOnlyList<StoredKeyDocument> begun, IStoreKeyRecipient recipient, StoreId storeId, CancellationToken cancellationToken)
    {
        foreach (StoredKeyDocument document in begun.Where(d => recipient.IsFor(d.Document!.Recipient)))
        {
            try
            {
                if (recipient.CanUnwrap)
                {
                    using StoreKey key = await document.UnwrapAsync(recipient, storeId, cancellationToken);
                }

                return true;
            }
            catch (SealException)
            {
                // Another passphrase's, say: only unwrapping tells.
            }
        }

        return false;
    }

    /// <summary>Takes up an interrupted attempt if all of it was made by somebody with these recipients.</summary>
    private static async Task<(StoreId StoreId, StoreKey Key)> TakeUpAsync(
        IBackupStore blobs, IReadOnlyList<StoredKeyDocument> begun, IReadOnlyList<IStoreKeyRecipient> recipients, CancellationToken cancellationToken)
    {
        var attempts = from document in begun
                       where document.Document is not null
                       from recipient in recipients
                       where recipient.CanUnwrap && recipient.IsFor(document.Document!.Recipient)
                       select (document, recipient);
        Exception? failure = null;
        foreach ((StoredKeyDocument document, IStoreKeyRecipient recipient) in attempts)
        {
            if (!StoreId.TryParse(document.Document!.StoreId, out StoreId storeId))
            {
                continue;
            }

            try
            {
                StoreKey key = await document.UnwrapAsync(recipient, storeId, cancellationToken);
                if (begun.All(d => d.IsAuthentic(key) && recipients.Any(r => r.IsFor(d.Document!.Recipient))))
                {
                    return (storeId, key);
                }

                key.Dispose();
            }
            catch (SealException e)
            {
                failure = e;
            }
        }

        throw new UsageException(
            $"{blobs.Location} holds the beginning of a store that cannot be finished with the configured recipients: '{begun[0].Entry.Name}'",
            "'key init' was interrupted there. Configure the recipients that it had then and run it again; or delete everything below keys/ there, since without store.json no backup can exist, and begin anew.",
            failure);
    }
}
