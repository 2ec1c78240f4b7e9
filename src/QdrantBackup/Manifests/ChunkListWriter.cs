using System.Buffers;
using System.Buffers.Binary;
using QdrantBackup.Sealing;

namespace QdrantBackup.Manifests;

/// <summary>Writes a chunk list while its range passes by (docs/format.md §5). A chunk's sealed length may be told later than its place.</summary>
internal sealed class ChunkListWriter
{
    // Far below the 64 MiB that a list may have, so that one more piece always fits.
    private const int FullAt = 40 << 20;

    private readonly ArrayBufferWriter<byte> _plaintext = new(64 * 1024);
    private readonly List<(int Place, int SealedLength)> _sealedLengths = [];
    private int _inlineBytes;
    private int _missingLengths;

    public ChunkListWriter(int partNo, int range, long offset)
    {
        Span<byte> header = _plaintext.GetSpan(ChunkList.HeaderLength)[..ChunkList.HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header, ChunkList.CurrentFormat);
        BinaryPrimitives.WriteInt32BigEndian(header[2..], partNo);
        BinaryPrimitives.WriteInt32BigEndian(header[6..], range);
        BinaryPrimitives.WriteInt64BigEndian(header[10..], offset);
        _plaintext.Advance(ChunkList.HeaderLength);
    }

    /// <summary>Bytes of the range so far.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the range should end soon because of the list's own length.</summary>
    public bool IsFull => _plaintext.WrittenCount >= FullAt;

    /// <summary>Adds bytes to the list itself, unless it holds too many of them.</summary>
    public bool TryAddInline(ReadOnlySpan<byte> bytes)
    {
        if (_inlineBytes + bytes.Length > ChunkList.MaxInlineBytes)
        {
            return false;
        }

        _inlineBytes += bytes.Length;
        WriteStart(ChunkList.InlineTag, bytes.Length);
        _plaintext.Write(bytes);
        return true;
    }

    /// <summary>Adds a chunk and returns where its sealed length has to be told.</summary>
    public int AddChunk(ChunkId id, int length)
    {
        WriteStart(ChunkList.ChunkTag, length);
        Span<byte> rest = _plaintext.GetSpan(ChunkId.Length + 4);
        id.CopyTo(rest);
        int place = _plaintext.WrittenCount + ChunkId.Length;
        _plaintext.Advance(ChunkId.Length + 4);
        _missingLengths++;
        return place;
    }

    /// <summary>Tells the sealed length of a chunk.</summary>
    public void SetSealedLength(int place, int sealedLength)
    {
        _sealedLengths.Add((place, sealedLength));
        _missingLengths--;
    }

    /// <summary>The list's plaintext.</summary>
    public byte[] Complete(ReadOnlySpan<byte> sha256)
    {
        if (_missingLengths != 0)
        {
            throw new InvalidOperationException("a chunk's sealed length was not told");
        }

        byte[] plaintext = _plaintext.WrittenSpan.ToArray();
        foreach ((int place, int sealedLength) in _sealedLengths)
        {
            BinaryPrimitives.WriteInt32BigEndian(plaintext.AsSpan(place), sealedLength);
        }

        BinaryPrimitives.WriteInt64BigEndian(plaintext.AsSpan(ChunkList.LengthAt), Length);
        sha256.CopyTo(plaintext.AsSpan(ChunkList.Sha256At));
        return plaintext;
    }

    private void WriteStart(byte tag, int length)
    {
        Span<byte> start = _plaintext.GetSpan(5);
        start[0] = tag;
        BinaryPrimitives.WriteInt32BigEndian(start[1..], length);
        _plaintext.Advance(5);
        Length += length;
    }
}
