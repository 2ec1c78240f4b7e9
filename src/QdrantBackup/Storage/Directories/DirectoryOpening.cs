using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>The steps that run once for every directory store that is opened for writing: its locks are tested, files that killed processes left are removed, and its reserve is taken.</summary>
internal sealed class DirectoryOpening(DirectoryLayout layout, DurableDirectories directories, TimeProvider time)
{
    private const long MaxReserveBytes = 64L << 20;
    private const int MaxReserveFiles = 320;

    private static readonly TimeSpan MaxTemporaryAge = TimeSpan.FromDays(1);

    private int _isSwept;
    private volatile bool _isProven;

    /// <summary>Enough for the records of a cleanup: a folder for each first byte of a chunk's id in the trash, and some more.</summary>
    public SpaceReserve Reserve { get; } = new(layout.Reserve, MaxReserveBytes, MaxReserveFiles);

    /// <summary>Must come before every change.</summary>
    /// <exception cref="LockException">The locks of the file system keep nobody out.</exception>
    public void ForWriting()
    {
        directories.Ensure(layout.Locks);
        if (!_isProven)
        {
            // A lock that another process holds right now is proof too.
            FileLock.TryTakeProven(layout.AnyLock)?.Dispose();
            _isProven = true;
        }

        if (Interlocked.Exchange(ref _isSwept, 1) == 0)
        {
            StagedFile.Sweep(layout.Temporary, (time.GetUtcNow() - MaxTemporaryAge).UtcDateTime);
            Reserve.Keep();
        }
    }

    /// <summary>What is free, and what the trash holds.</summary>
    public StoreRoom Look(DirectoryTrash trash)
    {
        layout.ThrowIfParentMissing();
        var room = DiskRoom.Of(Directory.Exists(layout.Root) ? layout.Root : Path.GetDirectoryName(layout.Root)!);
        var shortOf = SpaceReserve.ShortageOf(room) switch
        {
            Shortage.Bytes => "bytes",
            Shortage.Files => "inodes",
            _ => null,
        };
        return new StoreRoom(room.FreeBytes, trash.Look(), room.FreeFiles, shortOf);
    }
}
