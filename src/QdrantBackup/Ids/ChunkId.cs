using System.Buffers.Binary;

namespace QdrantBackup.Ids;

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

    /// <summary>The first byte; chunks are filed by it, and it is as good as random.</summary>
    public byte FirstByte => (byte)(_high >> 120);

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>The first four bytes as a number: the id's position among all possible ids.</summary>
    internal uint Prefix => (uint)(_high >> 96);

    /// <summary>Reads an id as it stands in names and records.</summary>
    internal static bool TryParse(ReadOnlySpan<char> hex, out ChunkId id)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool isId = hex.Length == 2 * Length && !hex.ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        id = isId ? new ChunkId(bytes) : default;
        return isId;
    }

    /// <summary>The order of ids, which is that of their names.</summary>
    internal static int Compare(ChunkId left, ChunkId right) =>
        left._high == right._high ? left._low.CompareTo(right._low) : left._high.CompareTo(right._high);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
