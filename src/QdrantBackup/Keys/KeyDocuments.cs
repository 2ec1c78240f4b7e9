using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>The key documents of a store (docs/format.md §2).</summary>
internal static class KeyDocuments
{
    /// <summary>The most recipients that a store may have.</summary>
    public const int MaxRecipients = 64;

    /// <summary>Reads the documents of one key, or of every key that is there.</summary>
    /// <exception cref="SealException">There are more of them than a store may have.</exception>
    public static async Task<IReadOnlyList<StoredKeyDocument>> ReadAsync(IBackupStore blobs, string? keyId, CancellationToken cancellationToken)
    {
        var found = new List<StoredKeyDocument>();
        await foreach (BlobEntry entry in blobs.ListAsync(keyId is null ? BlobNames.Keys : $"{BlobNames.Keys}{keyId}/", cancellationToken))
        {
            if (found.Count == MaxRecipients)
            {
                throw new SealException(
                    $"the store at {blobs.Location} has more than {MaxRecipients} key documents",
                    "Delete those below keys/ that 'qdrant-backup key show' does not list; each costs every reader time.");
            }

            if (await ReadAsync(blobs, entry, cancellationToken) is { } document)
            {
                found.Add(document);
            }
        }

        return found;
    }

    /// <summary>Wraps a store key for a recipient, and shows that what was wrapped unwraps, before anybody relies on it.</summary>
    public static async Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, IStoreKeyRecipient recipient, CancellationToken cancellationToken)
    {
        KeyDocument document = await recipient.WrapAsync(key, storeId, cancellationToken);
        if (recipient.CanUnwrap)
        {
            using StoreKey unwrapped = await recipient.UnwrapAsync(document, storeId, cancellationToken);
        }

        return document;
    }

    public static Task<BlobEntry> PutAsync(IBackupStore blobs, StoreKey key, KeyDocument document, PutCondition condition, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Key(document.KeyId, document.Recipient.Id);
        return blobs.PutAsync(name, PlainDocument.Protect(key, name.Value, document.ToJson()), condition, summary: null, cancellationToken);
    }

    private static async Task<StoredKeyDocument?> ReadAsync(IBackupStore blobs, BlobEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            // Gone since it was listed: somebody removed a recipient.
            return await blobs.GetAsync(entry.Name, KeyDocument.MaxLengthBytes, cancellationToken) is { } blob
                ? Parse(blob)
                : null;
        }
        catch (OversizedBlobException e)
        {
            return new StoredKeyDocument(entry, default, Document: null, new SealException(e.Message, e.Hint, e));
        }
    }

    private static StoredKeyDocument Parse(StoredBlob blob)
    {
        try
        {
            var document = KeyDocument.FromJson(blob.Entry.Name.Value, blob.Content.Span);
            return blob.Entry.Name.Value == $"{BlobNames.Keys}{document.KeyId}/{document.Recipient.Id}.json"
                ? new StoredKeyDocument(blob.Entry, blob.Content, document)
                : throw new SealException(
                    $"'{blob.Entry.Name}' holds key {document.KeyId} for '{document.Recipient.Id}', which does not fit its name",
                    $"It was moved or changed. {KeyDocumentChecks.PutBack}");
        }
        catch (SealException e)
        {
            return new StoredKeyDocument(blob.Entry, blob.Content, Document: null, e);
        }
    }
}
