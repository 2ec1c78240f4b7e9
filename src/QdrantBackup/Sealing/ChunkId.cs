namespace QdrantBackup.Sealing;

/// <summary>The name of a chunk: the keyed hash of its plaintext under the store's chunk-id key (docs/format.md, chunks).</summary>
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
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>The first byte; chunks are filed by it, and it is as good as random.</summary>
    public byte FirstByte => (byte)(_high >> 120);

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>The first four bytes as a number: where the id stands among all there can be.</summary>
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
