namespace QdrantBackup.Chunking;

/// <summary>Where writers cut (docs/format.md §4). Readers do not depend on it; changing it only costs sharing with older backups.</summary>
internal static class PieceRules
{
    /// <summary>Members are cut into pieces of this length, counted from their own beginning.</summary>
    public const int ChunkLength = 4 << 20;

    /// <summary>Shorter members stand in the chunk list, like headers and padding.</summary>
    public const int SmallMember = 8 << 10;

    /// <summary>The longest run of inline bytes in one piece.</summary>
    public const int InlineRunLength = 1 << 20;

    /// <summary>What one list holds inline at most; what follows goes into chunks instead.</summary>
    public const int InlineLimit = 16 << 20;

    // Appendable files grow at their end: a short last piece leaves the ones before it alone.
    private static ReadOnlySpan<int> TailLengths => [1 << 20, 256 << 10, 64 << 10];

    /// <summary>Whether the next bytes go into chunks: those of a member that is not small, and what has no structure.</summary>
    public static bool IsChunk(TarWalker walker) => walker.Stage switch
    {
        ArchiveStage.Data => walker.Total >= SmallMember,
        ArchiveStage.Rest => walker.Total is TarWalker.Unknown or >= SmallMember,
        _ => false,
    };

    /// <summary>The length of the next piece of a member of which so much is left.</summary>
    public static int NextLength(long remaining)
    {
        if (remaining is TarWalker.Unknown or >= ChunkLength)
        {
            return ChunkLength;
        }

        foreach (int length in TailLengths)
        {
            if (remaining >= length)
            {
                return length;
            }
        }

        return (int)remaining;
    }

    /// <summary>Whether a list that holds so many inline bytes has room for one more run.</summary>
    public static bool HasRoomInline(long inlineBytes) => inlineBytes + InlineRunLength <= InlineLimit;
}
