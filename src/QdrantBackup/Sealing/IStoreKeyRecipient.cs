namespace QdrantBackup.Sealing;

/// <summary>The port to whoever can unwrap the store key: a key file, a key in a vault, a public key whose private half is offline.</summary>
public interface IStoreKeyRecipient
{
    /// <summary>Names this recipient: fit for a segment of a blob name, derived from the key so that it says nothing about it.</summary>
    string RecipientId { get; }

    /// <summary>The way of wrapping, e.g. <c>key-file</c>.</summary>
    string Kind { get; }

    /// <summary>Wraps the store key for this recipient.</summary>
    Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken);

    /// <summary>Unwraps the store key and checks that it is the one that the document names.</summary>
    /// <exception cref="SealException">The document is for another recipient, store or key, or was changed.</exception>
    Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken);
}
