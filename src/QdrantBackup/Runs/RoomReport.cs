using QdrantBackup.Storage;

namespace QdrantBackup.Runs;

/// <summary>What each stage of a retention frees, and when: backups are ended, then what only they used is deleted, then a directory store empties its trash. Only the last frees room on its disk.</summary>
public sealed record RoomReport
{
    /// <summary>How many backups the retention ended, or would end.</summary>
    public required int Ended { get; init; }

    /// <summary>What they had put into the store, sealed: it becomes free at most, since other backups may use some of it.</summary>
    public required long EndedBytes { get; init; }

    /// <summary>Before this moment none of it is deleted (the grace period); null when nothing was ended.</summary>
    public DateTimeOffset? EndedUntil { get; init; }

    /// <summary>Bytes of chunks that were deleted. A directory store has them in its trash.</summary>
    public long DeletedBytes { get; init; }

    /// <summary>What emptying the trash freed on the disk now; null where nobody asked for it.</summary>
    public EmptiedTrash? Emptied { get; init; }

    /// <summary>The disk and the trash of a directory store as they are now; null for a container.</summary>
    public StoreRoom? Store { get; init; }

    /// <summary>The day on which the first of the trash is removed for good by itself; null when it is empty.</summary>
    public DateOnly? TrashUntil { get; init; }
}
