namespace QdrantBackup.Sealing;

/// <summary>Wraps the store key under a 32-byte key in a local file (AES-256 key wrap with padding, RFC 5649).</summary>
public sealed class KeyFileRecipient : IStoreKeyRecipient, IDisposable
{
    private KeyFileRecipient()
    {
    }

    /// <inheritdoc/>
    public string RecipientId => throw new NotImplementedException();

    /// <inheritdoc/>
    public string Kind => "key-file";

    /// <summary>Reads a key file, which nobody but its owner may be able to read.</summary>
    /// <exception cref="UsageException">No such file, not a key file, or others can read it.</exception>
    public static KeyFileRecipient Load(string path, TimeProvider? time = null) => throw new NotImplementedException();

    /// <summary>Makes a new random key and writes it to a new file of mode 0600; an existing file is never overwritten.</summary>
    /// <exception cref="UsageException">The file exists or cannot be written.</exception>
    public static KeyFileRecipient Create(string path, TimeProvider? time = null) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
