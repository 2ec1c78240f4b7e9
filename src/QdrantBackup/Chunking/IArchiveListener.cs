namespace QdrantBackup.Chunking;

/// <summary>A member of an archive as its header describes it.</summary>
/// <param name="Name">Its name, with those of the archives around it: <c>outer.tar!inner</c>.</param>
/// <param name="Type">The type flag; '0' also for NUL.</param>
/// <param name="ArchivedLength">The bytes of it that stand in the archive.</param>
/// <param name="Length">Its length; for a sparse member once it is expanded.</param>
/// <param name="HeaderOffset">Where the first of its headers begins in the stream; a long name before it belongs to it.</param>
/// <param name="DataOffset">Where its bytes begin in the stream.</param>
/// <param name="Modified">When it was changed last, in seconds since 1970; 0 where that is no number.</param>
/// <param name="SparseMap">For a sparse member, which pieces of it stand in the archive; else null.</param>
/// <param name="IsOpened">Whether it is an archive whose members follow.</param>
internal sealed record ArchiveMember(
    string Name,
    char Type,
    long ArchivedLength,
    long Length,
    long HeaderOffset,
    long DataOffset,
    long Modified,
    IReadOnlyList<SparseEntry>? SparseMap,
    bool IsOpened);

/// <summary>Receives each member as the walk passes it.</summary>
internal interface IArchiveListener
{
    /// <summary>A member begins; its archived bytes follow.</summary>
    void OnMember(ArchiveMember member);

    /// <summary>Archived bytes of the member that began last; never of one that was opened.</summary>
    void OnData(ReadOnlySpan<byte> data);
}
