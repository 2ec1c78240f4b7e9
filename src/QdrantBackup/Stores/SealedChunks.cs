using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>Reads single chunks and checks them against their names: a chunk's id is the keyed hash of its plaintext (docs/format.md §4).</summary>
internal static class SealedChunks
{
    /// <summary>The longest sealed chunk. Not the length in a list: a later writer may have sealed the same bytes again, a little longer or shorter.</summary>
    public static long MaxSealedLength => SealedHeader.MaxSealedLength(SealedType.Chunk);

    /// <summary>The plaintext of a chunk, or null when there is none.</summary>
    /// <exception cref="SealException">It does not open, or its bytes do not match its name.</exception>
    public static async Task<byte[]?> FindAsync(SealedStore store, ChunkId id, CancellationToken cancellationToken)
    {
        if (await store.Blobs.GetAsync(BlobNames.Chunk(id), MaxSealedLength, cancellationToken) is not { } blob)
        {
            return null;
        }

        try
        {
            return Open(store, id, blob.Content.Span);
        }
        finally
        {
            blob.GiveBack();
        }
    }

    /// <summary>Opens a sealed chunk that was read.</summary>
    /// <exception cref="SealException">It does not open, or its bytes do not match its name.</exception>
    public static byte[] Open(SealedStore store, ChunkId id, ReadOnlySpan<byte> sealedBytes)
    {
        BlobName name = BlobNames.Chunk(id);
        byte[] plaintext = store.Sealer.Open(SealedType.Chunk, name.Value, sealedBytes);
        return store.Sealer.ChunkIdOf(plaintext) == id ? plaintext : throw OtherBytes(name);
    }

    /// <summary>The error for a chunk whose plaintext does not match its name.</summary>
    public static SealException OtherBytes(BlobName name) => new($"'{name}' opens but holds other bytes than its name promises", Hints.OtherBackup);
}
