using System.Buffers.Binary;
using System.Text;

namespace QdrantBackup.Chunking;

/// <summary>One 512-byte header block of a tar archive. Numbers are octal or base-256; the checksum must be right.</summary>
internal readonly ref struct TarHeader
{
    public const int BlockLength = 512;
    private const int NameLength = 100;
    private const int SizeAt = 124;
    private const int ModifiedAt = 136;
    private const int ChecksumAt = 148;
    private const int ChecksumLength = 8;
    private const int TypeAt = 156;
    private const int MagicAt = 257;
    private const int PrefixAt = 345;
    private const int PrefixLength = 155;
    private const int SparseMapAt = 386;
    private const int SparseEntriesInHeader = 4;
    private const int SparseEntriesInBlock = 21;
    private const int SparseEntryLength = 24;
    private const int NumberLength = 12;
    private const int ExtendedAt = 482;
    private const int RealSizeAt = 483;
    private const int BlockExtendedAt = SparseEntriesInBlock * SparseEntryLength;

    private readonly ReadOnlySpan<byte> _block;

    public TarHeader(ReadOnlySpan<byte> block) => _block = block[..BlockLength];

    /// <summary>'0' for a regular file, also where the block has NUL; 'S' sparse, '5' directory, 'L' and 'K' long names, 'x' and 'g' extended headers.</summary>
    public char Type => _block[TypeAt] == 0 ? '0' : (char)_block[TypeAt];

    /// <summary>Whether an old-GNU sparse map goes on in the next block.</summary>
    public bool SparseMapGoesOn => _block[ExtendedAt] != 0;

    public static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <summary>The name, without a leading <c>./</c> and a directory's last slash, as it stands in this block.</summary>
    public string ReadName()
    {
        string name = DecodeName(_block[..NameLength]);
        bool hasPrefix = _block.Slice(MagicAt, 6).SequenceEqual("ustar\0"u8) && _block[PrefixAt] != 0;
        return hasPrefix ? $"{DecodeName(_block.Slice(PrefixAt, PrefixLength))}/{name}" : name;
    }

    public static string DecodeName(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        ReadOnlySpan<byte> name = (end < 0 ? field : field[..end]).TrimEnd((byte)'/');
        return Encoding.UTF8.GetString(name.StartsWith("./"u8) ? name[2..] : name);
    }

    /// <summary>Whether the checksum is right, counting its own field as spaces.</summary>
    public bool HasRightChecksum()
    {
        int sum = ChecksumLength * ' ';
        foreach (byte b in _block[..ChecksumAt])
        {
            sum += b;
        }

        foreach (byte b in _block[(ChecksumAt + ChecksumLength)..])
        {
            sum += b;
        }

        return TryReadNumber(_block.Slice(ChecksumAt, ChecksumLength), out long stated) && stated == sum;
    }

    /// <summary>The bytes that follow in the archive: for a sparse member those of its map's pieces.</summary>
    public bool TryReadSize(out long size)
    {
        bool isNumber = TryReadNumber(_block.Slice(SizeAt, NumberLength), out size);
        // Links, devices, directories and pipes have no bytes, even if their size field is not zero.
        size = Type is >= '1' and <= '6' ? 0 : size;
        return isNumber;
    }

    /// <summary>When the member was changed last, in seconds since 1970; 0 where that is no number.</summary>
    public long ReadModified() => TryReadNumber(_block.Slice(ModifiedAt, NumberLength), out long seconds) ? seconds : 0;

    /// <summary>The length of a sparse member once it is expanded.</summary>
    public bool TryReadRealSize(out long size) => TryReadNumber(_block.Slice(RealSizeAt, NumberLength), out size);

    /// <summary>Adds the entries of the sparse map in this header.</summary>
    public bool TryReadSparseMap(List<SparseEntry> map) =>
        TryReadEntries(_block[SparseMapAt..], SparseEntriesInHeader, map);

    /// <summary>Adds the entries in a block that continues a sparse map, and returns whether another one follows.</summary>
    public static bool TryReadSparseBlock(ReadOnlySpan<byte> block, List<SparseEntry> map, out bool goesOn)
    {
        goesOn = block[BlockExtendedAt] != 0;
        return TryReadEntries(block, SparseEntriesInBlock, map);
    }

    private static bool TryReadEntries(ReadOnlySpan<byte> entries, int count, List<SparseEntry> map)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * SparseEntryLength, SparseEntryLength);
            if (entry[0] == 0)
            {
                break;
            }

            if (!TryReadNumber(entry[..NumberLength], out long offset) || !TryReadNumber(entry[NumberLength..], out long length))
            {
                return false;
            }

            map.Add(new SparseEntry(offset, length));
        }

        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            // Base-256: the high bit marks it, the next one would be the sign. Only what fits a long is taken.
            ReadOnlySpan<byte> tail = field[^sizeof(long)..];
            bool fits = field.Length == NumberLength && field[0] == 0x80 && (tail[0] & 0x80) == 0 && TarHeader.IsZero(field[1..^sizeof(long)]);
            value = BinaryPrimitives.ReadInt64BigEndian(tail);
            return fits;
        }

        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (long)(digit - '0');
        }

        return digits.Length > 0 || field.Length == NumberLength;
    }
}

/// <summary>A piece of a sparse member that stands in the archive: where it belongs in the expanded file.</summary>
internal readonly record struct SparseEntry(long Offset, long Length);
