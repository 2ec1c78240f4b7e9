namespace LocalDisk;

/// <summary>What is free on the file system of a folder, for the user that asks.</summary>
/// <param name="Bytes">Bytes of it in all.</param>
/// <param name="FreeBytes">Free ones.</param>
/// <param name="Files">Files that it can hold in all (inodes), or null where there is no such limit, or none that is known.</param>
/// <param name="FreeFiles">How many more it can hold.</param>
internal readonly record struct DiskRoom(long Bytes, long FreeBytes, long? Files, long? FreeFiles)
{
    /// <summary>Asks the system.</summary>
    public static DiskRoom Of(string folder)
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && SystemCalls.Room(folder, out var room) >= 0)
        {
            // Btrfs and some network file systems make inodes as they are needed, and report none.
            var isLimited = room.Files > 0;
            return new(Product(room.Blocks, room.FragmentLength), Product(room.AvailableBlocks, room.FragmentLength), isLimited ? (long)room.Files : null, isLimited ? (long)room.AvailableFiles : null);
        }

        var drive = new DriveInfo(folder);
        return new(drive.TotalSize, drive.AvailableFreeSpace, null, null);
    }

    /// <summary>Whether the file system of a folder is mounted read-only; false where the system does not say.</summary>
    public static bool IsReadOnly(string folder) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess && SystemCalls.Room(folder, out var room) >= 0 && (room.Flags & SystemCalls.MountedReadOnly) != 0;

    private static long Product(ulong blocks, ulong length)
    {
        var bytes = (UInt128)blocks * length;
        return bytes > long.MaxValue ? long.MaxValue : (long)bytes;
    }
}
