using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>
/// The port to whoever can unwrap the store key: a key file, a passphrase, a key in a vault, a public key whose private half is offline (docs/keys.md).
/// One contract suite runs against each implementation.
/// </summary>
public interface IStoreKeyRecipient : IDisposable
{
    /// <summary>The way of wrapping, e.g. <c>key-file</c>.</summary>
    string Kind { get; }

    /// <summary>What it is, for messages: <c>the key file '/opt/qdrant/config/backup.key'</c>. Never a secret.</summary>
    string Description { get; }

    /// <summary>Whether it holds what unwrapping takes; a public key alone only wraps.</summary>
    bool CanUnwrap { get; }

    /// <summary>The id under which a store has this recipient; null where it is known only when the key was wrapped.</summary>
    string? RecipientId => null;

    /// <summary>What a person should change about this recipient, as the last unwrapping showed; null if nothing.</summary>
    string? Remark => null;

    /// <summary>How much work unwrapping takes here before it is known whether the document is any good: KiB of memory times passes over it, 0 for almost none.</summary>
    long WorkOf(KeyRecipient wrapped) => 0;

    /// <summary>Whether a key was wrapped for this recipient, as far as can be told without unwrapping it.</summary>
    bool IsFor(KeyRecipient wrapped);

    /// <summary>Wraps the store key for this recipient.</summary>
    /// <exception cref="StoreException">A vault cannot be reached, or refuses.</exception>
    /// <exception cref="UsageException">The recipient's key is of no use for wrapping.</exception>
    Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken);

    /// <summary>Unwraps the store key and checks that it is the one that the document names.</summary>
    /// <exception cref="SealException">The document is for another recipient, store or key, or was changed.</exception>
    /// <exception cref="StoreException">A vault cannot be reached, or refuses.</exception>
    Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken);

    /// <summary>What is known of the recipient's own key; <paramref name="wrapped"/> is what the document to be opened says of it.</summary>
    /// <exception cref="StoreException">A vault cannot be reached, or refuses.</exception>
    Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken);
}
