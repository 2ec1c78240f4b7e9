using System.Buffers.Binary;
using QdrantBackup.Ids;

namespace QdrantBackup.Parts;

/// <summary>Writes a chunk list while its range passes by (docs/format.md §5). A chunk's id and sealed length may be added later than its place.</summary>
internal sealed class ChunkListWriter
{
    // Far below the 64 MiB that a list may have, so that one more piece always fits.
    private const int FullAt = 40 << 20;

    private byte[] _plaintext = new byte[64 * 1024];
    private int _length = ChunkList.HeaderLength;
    private int _inlineBytes;
    private int _missingChunks;

    public ChunkListWriter(int partNo, int range, long offset)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_plaintext, ChunkList.CurrentFormat);
        BinaryPrimitives.WriteInt32BigEndian(_plaintext.AsSpan(2), partNo);
        BinaryPrimitives.WriteInt32BigEndian(_plaintext.AsSpan(6), range);
        BinaryPrimitives.WriteInt64BigEndian(_plaintext.AsSpan(10), offset);
    }

    /// <summary>Bytes of the range so far.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the range should end soon because of the list's own length.</summary>
    public bool IsFull => _length >= FullAt;

    /// <summary>Adds bytes to the list itself, unless it holds too many of them.</summary>
    public bool TryAddInline(ReadOnlySpan<byte> bytes)
    {
        if (_inlineBytes + bytes.Length > ChunkList.MaxInlineBytes)
        {
            return false;
        }

        _inlineBytes += bytes.Length;
        bytes.CopyTo(AddEntry(ChunkList.InlineTag, bytes.Length, bytes.Length));
        return true;
    }

    /// <summary>Adds a chunk and returns its place, where its id and sealed length are set later.</summary>
    public int AddChunk(int length)
    {
        _missingChunks++;
        _ = AddEntry(ChunkList.ChunkTag, length, ChunkId.Length + sizeof(int));
        return _length - ChunkId.Length - sizeof(int);
    }

    /// <summary>Sets the id and the sealed length of a chunk.</summary>
    public void SetChunk(int place, ChunkId id, int sealedLength)
    {
        id.CopyTo(_plaintext.AsSpan(place));
        BinaryPrimitives.WriteInt32BigEndian(_plaintext.AsSpan(place + ChunkId.Length), sealedLength);
        _missingChunks--;
    }

    /// <summary>The list's plaintext; nothing may be added afterwards.</summary>
    public ReadOnlyMemory<byte> Complete(ReadOnlySpan<byte> sha256)
    {
        if (_missingChunks != 0)
        {
            throw new InvalidOperationException("not every entry names its chunk");
        }

        BinaryPrimitives.WriteInt64BigEndian(_plaintext.AsSpan(ChunkList.LengthAt), Length);
        sha256.CopyTo(_plaintext.AsSpan(ChunkList.Sha256At));
        return _plaintext.AsMemory(0, _length);
    }

    private Span<byte> AddEntry(byte tag, int length, int entryRest)
    {
        const int StartLength = 1 + sizeof(int);
        int needed = _length + StartLength + entryRest;
        if (needed > _plaintext.Length)
        {
            Array.Resize(ref _plaintext, Math.Max(needed, 2 * _plaintext.Length));
        }

        Span<byte> entry = _plaintext.AsSpan(_length, StartLength + entryRest);
        entry[0] = tag;
        BinaryPrimitives.WriteInt32BigEndian(entry[1..], length);
        _length = needed;
        Length += length;
        return entry[StartLength..];
    }
}
