using System.Buffers.Binary;

namespace QdrantBackup.Sealing;

/// <summary>The name of a chunk: the keyed BLAKE3 hash of its plaintext under the store's chunk-id key (docs/format.md §4).</summary>
public readonly record struct ChunkId
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Takes the 32 bytes of an id.</summary>
    public ChunkId(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>Computes the id of a chunk. Thread-safe.</summary>
    /// <param name="key">The sub-key <c>chunk-id</c>, 32 bytes.</param>
    /// <param name="plaintext">The chunk's bytes.</param>
    internal static ChunkId Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext)
    {
        using var hasher = Blake3.Hasher.NewKeyed(key);
        hasher.Update(plaintext);
        Span<byte> hash = stackalloc byte[Length];
        hasher.Finalize(hash);
        return new ChunkId(hash);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
