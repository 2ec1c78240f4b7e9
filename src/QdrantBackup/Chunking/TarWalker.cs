namespace QdrantBackup.Chunking;

/// <summary>
/// Walks the headers of a GNU tar archive, and of nested archives, as the bytes pass: it announces the next bytes and receives
/// exactly those. It keeps one block. Bytes that are not tar, or stop being it, are <see cref="ArchiveStage.Rest"/> from there.
/// </summary>
internal sealed class TarWalker
{
    /// <summary>The length of bytes whose end is unknown.</summary>
    public const long Unknown = -1;

    private const int Block = TarHeader.BlockLength;
    private const long MaxExtension = 1 << 20;
    private const int MaxSparseBlocks = 1 << 16;

    private readonly byte[] _block = new byte[Block];
    private readonly NestedArchives _nesting = new();
    private readonly MemberReports _members;
    private readonly ArchiveProgress _progress;
    private readonly LongName _longName = new();
    private int _padding;
    private int _zeroBlocks;
    private int _sparseBlocks;

    /// <summary>Begins an archive.</summary>
    public TarWalker(IArchiveListener? listener = null) => (_members, _progress) = (new MemberReports(listener), new ArchiveProgress());

    /// <summary>Goes on at a place.</summary>
    public TarWalker(ArchivePlace place, ArchiveSummary summary)
    {
        (Offset, Stage, Remaining, Total) = (place.Offset, place.Stage, place.Remaining, place.Total);
        (_padding, _zeroBlocks, _sparseBlocks) = (place.Padding, place.ZeroBlocks, place.SparseBlocks);
        _longName = new LongName(place);
        _nesting = new NestedArchives(place.Nesting);
        _members = new MemberReports(listener: null);
        _progress = new ArchiveProgress(summary);
    }

    /// <summary>Bytes of the stream that have passed.</summary>
    public long Offset { get; private set; }

    /// <summary>What comes next.</summary>
    public ArchiveStage Stage { get; private set; } = ArchiveStage.Header;

    /// <summary>How many bytes of it are left, or <see cref="Unknown"/>.</summary>
    public long Remaining { get; private set; } = Block;

    /// <summary>How many bytes it has in all, or <see cref="Unknown"/>; for a sparse map what its member has in the archive.</summary>
    public long Total { get; private set; } = Block;

    /// <summary>Whether the next bytes begin or continue a block that has to be read as one.</summary>
    public bool IsAtBlock => Stage is ArchiveStage.Header or ArchiveStage.SparseMap;

    /// <summary>Whether the next bytes must be parsed to know what follows them.</summary>
    public bool MustRead => IsAtBlock || Stage is ArchiveStage.LongName;

    /// <summary>Whether a block has been read in part, so that the place cannot be kept.</summary>
    public bool IsInsideBlock => IsAtBlock && Remaining < Block;

    /// <summary>What the archive has shown so far.</summary>
    public ArchiveSummary Summary => _progress.ToSummary(Offset);

    /// <summary>Where the walk stands.</summary>
    public ArchivePlace Place => IsInsideBlock
        ? throw new InvalidOperationException("the walk stands inside a block")
        : new(Offset, Stage, Remaining, Total, _padding, _zeroBlocks, _sparseBlocks, _longName.ToArray(), _nesting.ToList());

    /// <summary>Passes the next bytes, at most <see cref="Remaining"/>.</summary>
    public void Consume(ReadOnlySpan<byte> bytes)
    {
        switch (Stage)
        {
            case ArchiveStage.Header or ArchiveStage.SparseMap:
                bytes.CopyTo(_block.AsSpan(Block - (int)Remaining));
                break;
            case ArchiveStage.LongName:
                _longName.Add(bytes);
                break;
            case ArchiveStage.Data:
                _members.OnData(bytes);
                break;
        }

        Pass(bytes.Length);
    }

    /// <summary>Passes bytes that need no parsing, at most <see cref="Remaining"/>: those of a member, its padding, and bytes without structure.</summary>
    public void Skip(long count)
    {
        if (Stage is not (ArchiveStage.Data or ArchiveStage.Padding or ArchiveStage.Extension or ArchiveStage.Rest))
        {
            throw new InvalidOperationException($"a {Stage} has to be read");
        }

        Pass(count);
    }

    private void Pass(long count)
    {
        Offset += count;
        if (Remaining == Unknown)
        {
            return;
        }

        Remaining -= count;
        if (Remaining == 0)
        {
            Advance();
        }
    }

    private void Advance()
    {
        switch (Stage)
        {
            case ArchiveStage.Header:
                ReadHeader();
                break;
            case ArchiveStage.SparseMap:
                ReadSparseBlock();
                break;
            case ArchiveStage.Data or ArchiveStage.LongName or ArchiveStage.Extension when _padding > 0:
                Enter(ArchiveStage.Padding, _padding);
                break;
            default:
                EnterHeader();
                break;
        }
    }

    private void Enter(ArchiveStage stage, long length)
    {
        (Stage, Remaining, Total) = (stage, length, length);
        if (length == 0)
        {
            Advance();
        }
    }

    private void EnterHeader()
    {
        while (_nesting.TryLeave(Offset, out int padding))
        {
            _zeroBlocks = 0;
            if (padding > 0)
            {
                Enter(ArchiveStage.Padding, padding);
                return;
            }
        }

        if (_nesting.RoomLeft(Offset) < Block)
        {
            EnterRest(isDamage: true);
        }
        else
        {
            Enter(ArchiveStage.Header, Block);
        }
    }

    /// <summary>What follows has no structure: up to the end of a nested archive, or of the stream.</summary>
    private void EnterRest(bool isDamage)
    {
        (_zeroBlocks, _sparseBlocks) = (0, 0);
        _longName.Clear();
        _progress.AddEnd(_nesting.IsEmpty ? null : _nesting.Name, isDamage ? Offset - Block : null);
        Enter(ArchiveStage.Rest, _nesting.IsEmpty ? Unknown : _nesting.RoomLeft(Offset));
    }

    private void ReadHeader()
    {
        if (TarHeader.IsZero(_block))
        {
            _zeroBlocks++;
            if (_zeroBlocks == 2)
            {
                EnterRest(isDamage: false);
            }
            else
            {
                EnterHeader();
            }

            return;
        }

        _zeroBlocks = 0;
        var header = new TarHeader(_block);
        if (!header.HasRightChecksum() || !header.TryReadSize(out long size))
        {
            EnterRest(isDamage: true);
            return;
        }

        int padding = (int)(-size & (Block - 1));
        if (size > _nesting.RoomLeft(Offset) - padding)
        {
            EnterRest(isDamage: true);
            return;
        }

        _padding = padding;
        _members.OnHeader(header, Offset - Block);
        switch (header.Type)
        {
            case 'L' when size is > 0 and <= LongName.MaxLength:
                _longName.Begin(size);
                Enter(ArchiveStage.LongName, size);
                break;
            case 'K' or 'x' or 'g' when size <= MaxExtension:
                Enter(ArchiveStage.Extension, size);
                break;
            case 'L' or 'K' or 'x' or 'g':
                EnterRest(isDamage: true);
                break;
            default:
                ReadMember(header, size);
                break;
        }
    }

    private void ReadMember(TarHeader header, long size)
    {
        string name = _longName.Take() ?? header.ReadName();
        string fullName = _nesting.FullName(name);
        bool opens = header.Type is '0' && size > 0 && _nesting.HasRoom && name.EndsWith(".tar", StringComparison.Ordinal);
        long length = size;
        if ((header.Type is 'S' && !header.TryReadRealSize(out length)) || !_members.TryBegin(header, fullName, size, length, opens))
        {
            EnterRest(isDamage: true);
            return;
        }

        _progress.AddMember(name, isNested: !_nesting.IsEmpty);
        if (header.Type is 'S' && header.SparseMapGoesOn)
        {
            _sparseBlocks = 0;
            EnterSparseBlock(size);
            return;
        }

        _members.Announce(Offset);
        if (opens)
        {
            _nesting.Open(fullName, Offset + size, _padding);
            EnterHeader();
        }
        else
        {
            Enter(ArchiveStage.Data, size);
        }
    }

    private void EnterSparseBlock(long memberSize)
    {
        // The map's blocks are not part of the member's size, so each needs room beside it.
        if (_sparseBlocks == MaxSparseBlocks || memberSize > _nesting.RoomLeft(Offset) - _padding - Block)
        {
            EnterRest(isDamage: true);
        }
        else
        {
            (Stage, Remaining, Total) = (ArchiveStage.SparseMap, Block, memberSize);
        }
    }

    private void ReadSparseBlock()
    {
        _sparseBlocks++;
        if (!_members.TryAddToMap(_block, out bool goesOn))
        {
            EnterRest(isDamage: true);
        }
        else if (goesOn)
        {
            EnterSparseBlock(Total);
        }
        else
        {
            _members.Announce(Offset);
            _sparseBlocks = 0;
            Enter(ArchiveStage.Data, Total);
        }
    }
}
