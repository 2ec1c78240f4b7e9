namespace QdrantBackup.Chunking;

/// <summary>The archives nested in each other around the place where a walk stands.</summary>
internal sealed class NestedArchives
{
    /// <summary>Archives in archives; deeper ones are ordinary members.</summary>
    public const int MaxDepth = 4;

    private readonly List<OpenArchive> _open = [];

    public NestedArchives()
    {
    }

    public NestedArchives(IEnumerable<OpenArchive> open) => _open.AddRange(open);

    public bool IsEmpty => _open.Count == 0;

    public bool HasRoom => _open.Count < MaxDepth;

    /// <summary>The name of the innermost one, with those around it.</summary>
    public string Name => _open[^1].Name;

    /// <summary>How many bytes are left of the innermost one; unknown for the outermost.</summary>
    public long RoomLeft(long offset) => (IsEmpty ? long.MaxValue : _open[^1].End) - offset;

    public string FullName(string member) => IsEmpty ? member : $"{Name}!{member}";

    public void Open(string fullName, long end, int memberPadding) => _open.Add(new OpenArchive(fullName, end, memberPadding));

    /// <summary>Leaves the innermost archive if it ends here, and returns the padding that follows it.</summary>
    public bool TryLeave(long offset, out int padding)
    {
        if (IsEmpty || _open[^1].End != offset)
        {
            padding = 0;
            return false;
        }

        padding = _open[^1].MemberPadding;
        _open.RemoveAt(_open.Count - 1);
        return true;
    }

    public IReadOnlyList<OpenArchive> ToList() => [.. _open];
}
