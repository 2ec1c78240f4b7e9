namespace QdrantBackup.Chunking;

/// <summary>Where a chunker stands between two pieces: small, and enough to go on in another process.</summary>
/// <param name="Archive">Where the walk through the archive stands.</param>
/// <param name="InlineBytes">How many inline bytes the current list holds; 0 at the beginning of a new list.</param>
/// <param name="Summary">What the archive has shown so far.</param>
public sealed record ChunkerState(ArchivePlace Archive, long InlineBytes, ArchiveSummary Summary);

/// <summary>A nested archive that is open.</summary>
/// <param name="Name">Its name, with those of the archives around it.</param>
/// <param name="End">The offset in the stream at which it ends.</param>
/// <param name="MemberPadding">The padding that follows it in the archive around it.</param>
public sealed record OpenArchive(string Name, long End, int MemberPadding);

/// <summary>A place in an archive and those nested in it.</summary>
/// <param name="Offset">Bytes of the stream before this place.</param>
/// <param name="Stage">What comes next.</param>
/// <param name="Remaining">How many bytes of it are left; -1 when that is unknown.</param>
/// <param name="Total">The length of the current member in the archive; cuts are counted from its beginning.</param>
/// <param name="Padding">The padding after the current member.</param>
/// <param name="ZeroBlocks">Zero blocks seen just before.</param>
/// <param name="SparseBlocks">Further blocks of the current member's sparse map seen.</param>
/// <param name="LongName">A long name that belongs to the next member, or as much of it as was seen.</param>
/// <param name="Nesting">The nested archives that are open, outermost first.</param>
public sealed record ArchivePlace(
    long Offset,
    ArchiveStage Stage,
    long Remaining,
    long Total,
    int Padding,
    int ZeroBlocks,
    int SparseBlocks,
    byte[]? LongName,
    IReadOnlyList<OpenArchive> Nesting);

/// <summary>What comes next in an archive.</summary>
public enum ArchiveStage
{
    /// <summary>A header block.</summary>
    Header,

    /// <summary>A block that continues a sparse member's map.</summary>
    SparseMap,

    /// <summary>A long name for the next member.</summary>
    LongName,

    /// <summary>Extended headers, which are skipped.</summary>
    Extension,

    /// <summary>The bytes of a member.</summary>
    Data,

    /// <summary>Padding up to the next block.</summary>
    Padding,

    /// <summary>Bytes that are no archive, or follow its end.</summary>
    Rest,
}
