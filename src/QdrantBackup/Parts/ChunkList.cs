using System.Buffers.Binary;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Parts;

/// <summary>One entry of a chunk list: bytes that stand in it, or a chunk.</summary>
/// <param name="Inline">The bytes; empty for a chunk.</param>
/// <param name="Id">The chunk.</param>
/// <param name="Length">Length in bytes of the plaintext.</param>
/// <param name="SealedLength">Length of the sealed chunk when the list was written; 0 for inline bytes.</param>
internal readonly record struct ChunkListEntry(ReadOnlyMemory<byte> Inline, ChunkId Id, int Length, int SealedLength)
{
    public bool IsInline => SealedLength == 0;
}

/// <summary>The ordered entries that rebuild one byte range of a part (docs/format.md §5). Whole lists only: everything is checked when it is read (W6).</summary>
internal sealed class ChunkList
{
    public const int CurrentFormat = 1;
    public const int HeaderLength = 2 + 4 + 4 + 8 + 8 + 32;
    public const int Sha256At = HeaderLength - 32;
    public const int LengthAt = Sha256At - 8;
    public const int MaxInlineBytes = 16 << 20;
    public const int MaxChunkLength = 16 << 20;
    public const byte InlineTag = 0;
    public const byte ChunkTag = 1;
    private const int ChunkEntryLength = 1 + 4 + ChunkId.Length + 4;

    private readonly ReadOnlyMemory<byte> _plaintext;

    private ChunkList(ReadOnlyMemory<byte> plaintext)
    {
        _plaintext = plaintext;
        ReadOnlySpan<byte> header = plaintext.Span;
        PartNo = BinaryPrimitives.ReadInt32BigEndian(header[2..]);
        Range = BinaryPrimitives.ReadInt32BigEndian(header[6..]);
        Offset = BinaryPrimitives.ReadInt64BigEndian(header[10..]);
        Length = BinaryPrimitives.ReadInt64BigEndian(header[LengthAt..]);
        Sha256 = Convert.ToHexStringLower(header.Slice(Sha256At, 32));
    }

    public int PartNo { get; }

    public int Range { get; }

    public long Offset { get; }

    public long Length { get; }

    public string Sha256 { get; }

    /// <summary>The entries in order.</summary>
    public IEnumerable<ChunkListEntry> Entries
    {
        get
        {
            int at = HeaderLength;
            while (at < _plaintext.Length)
            {
                yield return ReadEntry(ref at);
            }
        }
    }

    /// <summary>Reads a list and checks every length in it before any is used.</summary>
    public static ChunkList Read(string name, ReadOnlyMemory<byte> plaintext)
    {
        if (plaintext.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(plaintext.Span) is > CurrentFormat)
        {
            throw new SealException($"the chunk list '{name}' is of a newer format", "Use the newest version of this program.") { IsNewerFormat = true };
        }

        if (plaintext.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(plaintext.Span) != CurrentFormat)
        {
            throw Malformed(name, "its header is not whole");
        }

        var list = new ChunkList(plaintext);
        if (list.PartNo < 1 || list.Range < 0 || list.Offset < 0 || list.Length < 0)
        {
            throw Malformed(name, "its header holds impossible numbers");
        }

        list.CheckEntries(name);
        return list;
    }

    private void CheckEntries(string name)
    {
        long sum = 0;
        long inline = 0;
        int at = HeaderLength;
        while (at < _plaintext.Length)
        {
            if (!IsWhole(at))
            {
                throw Malformed(name, $"the entry at byte {at} is not whole");
            }

            ChunkListEntry entry = ReadEntry(ref at);
            inline += entry.IsInline ? entry.Length : 0;
            sum += entry.Length;
        }

        if (sum != Length || inline > MaxInlineBytes)
        {
            throw Malformed(name, $"its entries make up {sum} bytes ({inline} of them inline), its header holds {Length}");
        }
    }

    private bool IsWhole(int at)
    {
        ReadOnlySpan<byte> rest = _plaintext.Span[at..];
        if (rest.Length < 5)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
        return rest[0] switch
        {
            InlineTag => length is > 0 and <= MaxInlineBytes && rest.Length - 5 >= length,
            ChunkTag => length is > 0 and <= MaxChunkLength && rest.Length >= ChunkEntryLength && IsSealedLength(length, rest[(ChunkEntryLength - 4)..]),
            _ => false,
        };
    }

    private static bool IsSealedLength(int length, ReadOnlySpan<byte> field) =>
        BinaryPrimitives.ReadInt32BigEndian(field) is var sealedLength
        && sealedLength >= SealedHeader.Overhead && sealedLength <= length + SealedHeader.Overhead;

    private ChunkListEntry ReadEntry(ref int at)
    {
        ReadOnlySpan<byte> rest = _plaintext.Span[at..];
        int length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
        if (rest[0] == InlineTag)
        {
            var inline = new ChunkListEntry(_plaintext.Slice(at + 5, length), default, length, 0);
            at += 5 + length;
            return inline;
        }

        at += ChunkEntryLength;
        return new ChunkListEntry(
            default, new ChunkId(rest.Slice(5, ChunkId.Length)), length, BinaryPrimitives.ReadInt32BigEndian(rest[(ChunkEntryLength - 4)..]));
    }

    private static SealException Malformed(string name, string what) =>
        new($"the chunk list '{name}' opens but is malformed: {what}", "A faulty writer made it: restore another backup, and make a new one with the newest version of this program.");
}
