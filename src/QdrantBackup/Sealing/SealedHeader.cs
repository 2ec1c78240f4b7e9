using System.Buffers.Binary;

namespace QdrantBackup.Sealing;

/// <summary>How the plaintext of a sealed object was compressed; the number stands in its header.</summary>
internal enum BodyCompression : byte
{
    None = 0,
    Zstd = 1,
    ShuffledZstd = 2,
}

/// <summary>The first 12 bytes of a sealed object (docs/format.md §3); they are authenticated, and checked before anything is allocated.</summary>
internal readonly record struct SealedHeader(SealedType Type, BodyCompression Compression, byte KeyNumber, int PlainLength)
{
    public const int Length = 12;
    public const int NonceAt = Length;
    public const int BodyAt = NonceAt + Xaes256Gcm.NonceLength;
    public const int Overhead = BodyAt + Xaes256Gcm.TagLength;
    private const int TypeAt = 4;
    private const int CompressionAt = 5;
    private const int KeyNumberAt = 6;
    private const int ZeroAt = 7;
    private const int PlainLengthAt = 8;

    private static ReadOnlySpan<byte> Magic => "QBS1"u8;

    /// <summary>The most bytes of plaintext that an object of a type may hold (docs/format.md §8).</summary>
    public static int MaxPlainLength(SealedType type) => type switch
    {
        SealedType.Chunk or SealedType.Record => 16 << 20,
        SealedType.List or SealedType.Manifest => 64 << 20,
        SealedType.Summary => 4 << 10,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of sealed object"),
    };

    /// <summary>The most bytes that a sealed object of a type may have.</summary>
    public static int MaxSealedLength(SealedType type) => MaxPlainLength(type) + Overhead;

    public void WriteTo(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[TypeAt] = (byte)Type;
        destination[CompressionAt] = (byte)Compression;
        destination[KeyNumberAt] = KeyNumber;
        destination[ZeroAt] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[PlainLengthAt..], PlainLength);
    }

    /// <summary>Reads the header of an object and checks it against the expected type.</summary>
    /// <exception cref="SealException">Cut, of another type, too long, of a newer format, or no sealed object.</exception>
    public static SealedHeader Read(ReadOnlySpan<byte> sealedBytes, SealedType expected, string boundName)
    {
        if (sealedBytes.Length < Overhead)
        {
            throw SealFailures.Cut(boundName, sealedBytes.Length);
        }

        if (!sealedBytes.StartsWith(Magic))
        {
            throw sealedBytes.StartsWith(Magic[..3]) && char.IsAsciiDigit((char)sealedBytes[3])
                ? SealFailures.Newer(boundName, $"version {(char)sealedBytes[3]} of the sealed format")
                : SealFailures.NotSealed(boundName);
        }

        if (sealedBytes[TypeAt] != (byte)expected)
        {
            throw SealFailures.WrongType(boundName, expected, sealedBytes[TypeAt]);
        }

        if (sealedBytes[ZeroAt] != 0 || sealedBytes[CompressionAt] > (byte)BodyCompression.ShuffledZstd)
        {
            throw SealFailures.Newer(boundName, "a compression or option that this version does not know");
        }

        uint plainLength = BinaryPrimitives.ReadUInt32BigEndian(sealedBytes[PlainLengthAt..]);
        int limit = MaxPlainLength(expected);
        if (plainLength > (uint)limit)
        {
            throw SealFailures.TooLong(boundName, plainLength, limit);
        }

        var header = new SealedHeader(expected, (BodyCompression)sealedBytes[CompressionAt], sealedBytes[KeyNumberAt], (int)plainLength);
        int body = sealedBytes.Length - Overhead;
        bool fits = header.Compression == BodyCompression.None ? body == header.PlainLength : body < header.PlainLength;
        return fits ? header : throw SealFailures.WrongLength(boundName, sealedBytes.Length);
    }
}
