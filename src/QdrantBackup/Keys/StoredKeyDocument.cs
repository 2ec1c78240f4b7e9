using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Keys;

/// <summary>A key document as it lies in the store, which nobody has vouched for yet.</summary>
/// <param name="Entry">Its blob.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Document">What it says; null if it cannot be read.</param>
/// <param name="Problem">Why it cannot.</param>
public sealed record StoredKeyDocument(BlobEntry Entry, ReadOnlyMemory<byte> Content, KeyDocument? Document, SealException? Problem = null)
{
    /// <summary>The id of its recipient, as its name says.</summary>
    public string RecipientId => Path.GetFileNameWithoutExtension(Entry.Name.Value);

    /// <summary>Unwraps the key that it holds and checks that nobody has touched a byte of it.</summary>
    internal async Task<StoreKey> UnwrapAsync(IStoreKeyRecipient recipient, StoreId storeId, CancellationToken cancellationToken)
    {
        StoreKey key = await UnwrapNamedAsync(recipient, storeId, cancellationToken);
        try
        {
            PlainDocument.Check(key, Entry.Name.Value, Content.Span);
            return key;
        }
        catch (SealException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Whether whoever wrapped it held the store key: nothing else in it can be believed otherwise.</summary>
    internal bool IsAuthentic(StoreKey key)
    {
        try
        {
            PlainDocument.Check(key, Entry.Name.Value, Content.Span);
            return Document?.KeyId == key.KeyId;
        }
        catch (SealException)
        {
            return false;
        }
    }

    /// <summary>Recipients know their documents, not the blobs that hold them: whoever mends a store needs the blob's name.</summary>
    private async Task<StoreKey> UnwrapNamedAsync(IStoreKeyRecipient recipient, StoreId storeId, CancellationToken cancellationToken)
    {
        try
        {
            return await recipient.UnwrapAsync(Document!, storeId, cancellationToken);
        }
        catch (SealException e)
        {
            throw new SealException($"'{Entry.Name}': {e.Message}", e.Hint, e);
        }
    }
}
