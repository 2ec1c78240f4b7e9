namespace QdrantBackup.Storage;

/// <summary>What a store does about the room on its disk, where it lies on one: a directory store.</summary>
public interface IStoreRoom
{
    /// <summary>What is free, and what the trash holds.</summary>
    Task<StoreRoom> LookAsync(CancellationToken cancellationToken);

    /// <summary>Gives up the reserve of the store if its disk is full, so that what makes room can write its records; true if that freed anything. Only what makes room may ask.</summary>
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
/// <param name="ShortOf">What the disk has too little of: <c>bytes</c>, <c>inodes</c>, or null.</param>
public sealed record StoreRoom(long FreeBytes, TrashContent Trash, long? FreeFiles = null, string? ShortOf = null);

/// <summary>What lies in the trash of a store.</summary>
/// <param name="Files">Files.</param>
/// <param name="Bytes">What the disk holds for them.</param>
/// <param name="Oldest">The first day on which something of it was deleted, or null when it is empty.</param>
/// <param name="Newest">The last one.</param>
public sealed record TrashContent(long Files, long Bytes, DateOnly? Oldest = null, DateOnly? Newest = null);

/// <summary>What emptying the trash freed.</summary>
/// <param name="Days">Days' worth.</param>
/// <param name="Files">Files.</param>
/// <param name="Bytes">What the disk held for them.</param>
public sealed record EmptiedTrash(int Days, long Files, long Bytes);
