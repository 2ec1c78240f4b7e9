namespace QdrantBackup.Storage;

/// <summary>What a store knows of the free room on its disk, if it lies on one: a directory store.</summary>
public interface IStoreRoom
{
    /// <summary>What is free, and what the trash holds.</summary>
    Task<StoreRoom> LookAsync(CancellationToken cancellationToken);

    /// <summary>Gives up the store's reserve if its disk is full, so that a cleanup can write its records; true if that freed anything. Only operations that free room may call it.</summary>
    Task<bool> GiveUpReserveAsync(CancellationToken cancellationToken);

    /// <summary>Takes the reserve again, as far as there is room.</summary>
    Task KeepReserveAsync(CancellationToken cancellationToken);

    /// <summary>Removes for good what was deleted before a day, or everything that was deleted.</summary>
    Task<EmptiedTrash> EmptyTrashAsync(DateOnly? before, CancellationToken cancellationToken);
}

/// <summary>The room of a store.</summary>
/// <param name="FreeBytes">Free bytes of its disk, for the user that asks.</param>
/// <param name="Trash">What the trash holds.</param>
/// <param name="FreeFiles">How many more files the disk can hold (inodes); null where there is no such limit.</param>
/// <param name="ShortOf">What the disk is short of: <c>bytes</c>, <c>inodes</c>, or null.</param>
public sealed record StoreRoom(long FreeBytes, TrashContent Trash, long? FreeFiles = null, string? ShortOf = null);

/// <summary>The content of a store's trash.</summary>
/// <param name="Files">Files.</param>
/// <param name="Bytes">What the disk holds for them.</param>
/// <param name="Oldest">The oldest day with deleted blobs in it, or null when it is empty.</param>
/// <param name="Newest">The last one.</param>
public sealed record TrashContent(long Files, long Bytes, DateOnly? Oldest = null, DateOnly? Newest = null);

/// <summary>What emptying the trash freed.</summary>
/// <param name="Days">Days' worth.</param>
/// <param name="Files">Files.</param>
/// <param name="Bytes">What the disk held for them.</param>
public sealed record EmptiedTrash(int Days, long Files, long Bytes);
