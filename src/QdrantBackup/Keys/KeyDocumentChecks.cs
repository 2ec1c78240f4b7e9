using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>What every recipient checks before and after it unwraps a store key (docs/format.md §2).</summary>
public static class KeyDocumentChecks
{
    internal const string PutBack = "Put back the key document from soft delete or the second store, or use another recipient.";

    /// <summary>Refuses a document of another store or for another recipient.</summary>
    /// <exception cref="SealException">It is.</exception>
    public static void ThrowIfNotFor(this KeyDocument document, IStoreKeyRecipient recipient, StoreId storeId)
    {
        if (!string.Equals(document.StoreId, storeId.ToString(), StringComparison.Ordinal))
        {
            throw new SealException(
                $"the key document for '{document.Recipient.Id}' belongs to store {document.StoreId}, not to {storeId}",
                "Check the pinned store id and the store's address; a key document is never copied between stores.");
        }

        if (!recipient.IsFor(document.Recipient))
        {
            throw new SealException(
                $"the key document is for recipient '{document.Recipient.Id}' ({document.Recipient.Kind}), not for {recipient.Description}",
                "Use that recipient's key, or add this recipient from a machine that can open the store.");
        }
    }

    /// <summary>Takes the bytes that were unwrapped if they are the key that the document names, so that nobody can slip another one in.</summary>
    /// <exception cref="SealException">They are not.</exception>
    public static StoreKey CheckUnwrapped(this KeyDocument document, ReadOnlySpan<byte> unwrapped)
    {
        if (unwrapped.Length != StoreKey.Length)
        {
            throw document.Unopened(null);
        }

        var key = StoreKey.FromBytes(unwrapped);
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key.KeyId), Encoding.UTF8.GetBytes(document.KeyId)))
        {
            return key;
        }

        string found = key.KeyId;
        key.Dispose();
        throw new SealException(
            $"the key document for '{document.Recipient.Id}' names key {document.KeyId} but wraps key {found}",
            "Another key was put in: do not use this store before you know by whom. Put back the document from soft delete or use another recipient.");
    }

    /// <summary>The error of a recipient whose key does not unwrap the document.</summary>
    public static SealException Unopened(this KeyDocument document, Exception? cause) => new(
        $"the store key does not unwrap for recipient '{document.Recipient.Id}': its key document was changed, or the key is another one",
        PutBack,
        cause);

    /// <summary>The error of a document that was wrapped in a way that its recipient's kind does not have.</summary>
    public static SealException UnknownAlgorithm(this KeyDocument document) => new(
        $"the key document for '{document.Recipient.Id}' was wrapped with an algorithm that this version does not use",
        $"Use the newest version of this program. If this is the newest, the document was changed: {PutBack}");
}
