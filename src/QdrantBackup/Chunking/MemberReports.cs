namespace QdrantBackup.Chunking;

/// <summary>Reports members to a listener, if there is one: each when its bytes begin, after all blocks of its sparse map.</summary>
internal sealed class MemberReports(IArchiveListener? listener)
{
    private readonly List<SparseEntry> _sparseMap = [];
    private long? _firstHeader;
    private ArchiveMember? _member;

    /// <summary>A header begins at an offset: a member's own, or a long name or extended headers before it.</summary>
    public void OnHeader(TarHeader header, long offset)
    {
        // Global extended headers belong to no member.
        if (header.Type is not 'g')
        {
            _firstHeader ??= offset;
        }
    }

    /// <summary>A member's header has been read; false when its sparse map is invalid.</summary>
    public bool TryBegin(TarHeader header, string name, long archivedLength, long length, bool opens)
    {
        _sparseMap.Clear();
        bool isSparse = header.Type is 'S';
        if (isSparse && !header.TryReadSparseMap(_sparseMap))
        {
            return false;
        }

        _member = listener is null ? null : new ArchiveMember(
            name, header.Type, archivedLength, length, _firstHeader ?? 0, DataOffset: 0, header.ReadModified(), isSparse ? _sparseMap : null, opens);
        _firstHeader = null;
        return true;
    }

    /// <summary>A block that continues the member's sparse map; false when it is invalid.</summary>
    public bool TryAddToMap(ReadOnlySpan<byte> block, out bool goesOn)
    {
        if (listener is null)
        {
            // There is no listener, and the map may be long.
            _sparseMap.Clear();
        }

        return TarHeader.TryReadSparseBlock(block, _sparseMap, out goesOn);
    }

    /// <summary>The member's bytes begin.</summary>
    public void Announce(long dataOffset)
    {
        if (_member is { } member)
        {
            listener?.OnMember(member with { DataOffset = dataOffset, SparseMap = member.SparseMap is null ? null : [.. member.SparseMap] });
        }

        _member = null;
    }

    public void OnData(ReadOnlySpan<byte> bytes) => listener?.OnData(bytes);
}
