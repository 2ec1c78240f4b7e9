namespace QdrantBackup.Sealing;

/// <summary>Seals and opens the objects of one store, and computes its keyed hashes (docs/format.md §2 and §3). Thread-safe.</summary>
public sealed class Sealer : IDisposable
{
    /// <summary>Derives what it needs from the store key, which it does not keep.</summary>
    public Sealer(StoreId storeId, StoreKey key)
    {
        StoreId = storeId;
        KeyId = key.KeyId;
    }

    /// <summary>The store whose objects it seals.</summary>
    public StoreId StoreId { get; }

    /// <summary>The id of the store key.</summary>
    public string KeyId { get; }

    /// <summary>The id of a chunk: the keyed hash of its plaintext.</summary>
    public ChunkId ChunkIdOf(ReadOnlySpan<byte> plaintext) => throw new NotImplementedException();

    /// <summary>A keyed hash, 32 bytes, under the sub-key of a use.</summary>
    public byte[] KeyedHash(KeyedHashUse use, ReadOnlySpan<byte> data) => throw new NotImplementedException();

    /// <summary>Compresses if that pays, encrypts, and binds the result to store, type and name.</summary>
    public byte[] Seal(SealedType type, string boundName, ReadOnlySpan<byte> plaintext, ChunkCompression compression = ChunkCompression.Auto) => throw new NotImplementedException();

    /// <summary>Opens a sealed object after checking that it is whole, of this store, of this type and of this name.</summary>
    /// <exception cref="SealException">It is not; the message names the blob and says what is wrong.</exception>
    public byte[] Open(SealedType type, string boundName, ReadOnlySpan<byte> sealedBytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
