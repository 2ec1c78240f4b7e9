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

    private const int MaxListed = 10_000;

    /// <summary>
    /// Reads the documents of one key, or of every key that is there; of more than a store may have those that are most likely good. Anybody who can write to the store can
    /// add more: that must not keep it closed.
    /// </summary>
    /// <param name="blobs">The store.</param>
    /// <param name="keyId">The key; null for all.</param>
    /// <param name="wanted">The recipients at hand, whose documents come first.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static async Task<KeyDocumentsFound> FindAsync(
        IBackupStore blobs, string? keyId, IReadOnlyList<IStoreKeyRecipient> wanted, CancellationToken cancellationToken)
    {
        var entries = new List<BlobEntry>();
        await foreach (BlobEntry entry in blobs.ListAsync(keyId is null ? BlobNames.Keys : $"{BlobNames.Keys}{keyId}/", cancellationToken))
        {
            entries.Add(entry);
            if (entries.Count == MaxListed)
            {
                break;
            }
        }

        // What was planted is younger than what was there before; and what is put in a good document's place could be deleted as well.
        List<BlobEntry> likely = entries.Count <= MaxRecipients
            ? entries
            : [.. entries.OrderBy(e => DistanceOf(e, wanted)).ThenBy(e => e.Modified).Take(MaxRecipients).OrderBy(e => e.Name.Value, StringComparer.Ordinal)];
        var found = new List<StoredKeyDocument>();
        foreach (BlobEntry entry in likely)
        {
            if (await ReadAsync(blobs, entry, cancellationToken) is { } document)
            {
                found.Add(document);
            }
        }

        return new KeyDocumentsFound(found, entries.Count - likely.Count);
    }

    /// <summary>The same, where it does not matter how many were passed over.</summary>
    public static async Task<IReadOnlyList<StoredKeyDocument>> ReadAsync(
        IBackupStore blobs, string? keyId, IReadOnlyList<IStoreKeyRecipient> wanted, CancellationToken cancellationToken) =>
        (await FindAsync(blobs, keyId, wanted, cancellationToken)).Documents;

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

    private static int DistanceOf(BlobEntry entry, IReadOnlyList<IStoreKeyRecipient> wanted)
    {
        string id = Path.GetFileNameWithoutExtension(entry.Name.Value);
        return wanted.Any(r => r.RecipientId == id) ? 0 : wanted.Any(r => id.StartsWith($"{r.Kind}-", StringComparison.Ordinal)) ? 1 : 2;
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

/// <summary>Key documents of a store.</summary>
/// <param name="Documents">Those that were read, at most <see cref="KeyDocuments.MaxRecipients"/>.</param>
/// <param name="PassedOver">How many more there are, at least.</param>
internal sealed record KeyDocumentsFound(IReadOnlyList<StoredKeyDocument> Documents, int PassedOver);
