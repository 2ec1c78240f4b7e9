using QdrantBackup.Storage;

namespace QdrantBackup.Runs;

/// <summary>What each stage of a retention frees, and when: backups are ended, then what only they used is deleted, then a directory store empties its trash. Only the last frees room on its disk.</summary>
public sealed record RoomReport
{
    /// <summary>How many backups the retention ended, or would end.</summary>
    public required int Ended { get; init; }

    /// <summary>The sealed bytes that they had put into the store: the most that becomes free, since other backups may use some of it.</summary>
    public required long EndedBytes { get; init; }

    /// <summary>Before this moment none of it is deleted (the grace period); null when nothing was ended.</summary>
    public DateTimeOffset? EndedUntil { get; init; }

    /// <summary>Bytes of chunks that were deleted. A directory store has them in its trash.</summary>
    public long DeletedBytes { get; init; }

    /// <summary>What emptying the trash freed on the disk now; null when it was not asked for.</summary>
    public EmptiedTrash? Emptied { get; init; }

    /// <summary>The disk and the trash of a directory store at present; null for a container.</summary>
    public StoreRoom? Store { get; init; }

    /// <summary>The day on which the oldest content of the trash is removed for good without a request; null when the trash is empty.</summary>
    public DateOnly? TrashUntil { get; init; }
}
