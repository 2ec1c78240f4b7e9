using System.Globalization;

namespace LocalDisk;

/// <summary>
/// Room that a folder keeps on its disk for what makes room: bytes, and files, since a disk may run out of either. It is taken while there is plenty, given up when the disk
/// is full, and taken again afterwards. It is never a reason to fail: a disk on which it cannot be had has none.
/// </summary>
internal sealed class SpaceReserve(string folder, long maxBytes, int maxFiles)
{
    private const long MinBytes = 1 << 20;
    private const int MinFiles = 16;
    private const int FewFiles = 48;
    private const int ShareOfBytes = 2000;
    private const int ShareOfFiles = 10;
    private const int Plenty = 4;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private bool _isGivenUp;

    private string BytesFile => Path.Combine(folder, "bytes");

    private string Parent => Path.GetDirectoryName(folder)!;

    /// <summary>What a disk is short of.</summary>
    public static Shortage ShortageOf(DiskRoom room) =>
        room.FreeBytes < MinBytes ? Shortage.Bytes : room.FreeFiles < FewFiles ? Shortage.Files : Shortage.None;

    /// <summary>Takes what is missing of the reserve, if the disk has plenty; after it was given up, as much as leaves room for others. True if it is whole.</summary>
    public bool Keep()
    {
        var isWhole = false;
        Try(() => isWhole = TakeMissing());
        return isWhole;
    }

    /// <summary>Gives the reserve up if the disk is full, or this user's share of it; true if that freed anything.</summary>
    public bool GiveUpIfShort()
    {
        var isFreed = false;
        Try(() => isFreed = (ShortageOf(DiskRoom.Of(Parent)) != Shortage.None || !CanWrite()) && GiveUp());
        return isFreed;
    }

    /// <summary>Gives the reserve up; true if that freed anything.</summary>
    public bool GiveUp()
    {
        var isFreed = false;
        Try(() =>
        {
            foreach (var file in FileFacts.Of(folder).Kind == FileKind.Folder ? Directory.GetFiles(folder) : [])
            {
                File.Delete(file);
                isFreed = true;
            }
        });
        _isGivenUp |= isFreed;
        return isFreed;
    }

    private bool TakeMissing()
    {
        var room = DiskRoom.Of(Parent);
        var bytes = Math.Clamp(room.Bytes / ShareOfBytes, Math.Min(MinBytes, maxBytes), maxBytes);
        var files = room.Files is { } all ? (int)Math.Clamp(all / ShareOfFiles, Math.Min(MinFiles, maxFiles), maxFiles) : 0;
        if (FileFacts.Of(folder).Kind is not (FileKind.None or FileKind.Folder))
        {
            return true;
        }

        DiskFiles.MakeFolder(folder);
        KeepBytes(bytes, room.FreeBytes);
        KeepFiles(files, room.FreeFiles ?? long.MaxValue);
        return FileFacts.Of(BytesFile).DiskBytes >= bytes / 2 && CountFiles() >= files;
    }

    private void KeepBytes(long wanted, long free)
    {
        var kept = FileFacts.Of(BytesFile).DiskBytes;
        var bytes = Affordable(wanted, free);
        if (kept >= wanted / 2 || bytes <= kept)
        {
            return;
        }

        File.Delete(BytesFile);

        try
        {
            // The blocks belong to the file beyond its end: a copy of the folder does not carry them along.
            Create(BytesFile, bytes).Dispose();
            if (FileFacts.Of(BytesFile).DiskBytes < bytes / 2)
            {
                using var file = File.OpenHandle(BytesFile, FileMode.Open, FileAccess.Write);
                Fill(file, Math.Min(bytes, 8 * MinBytes));
            }
        }
        catch (IOException)
        {
            File.Delete(BytesFile);
        }
    }

    private void KeepFiles(int wanted, long free)
    {
        var missing = wanted - CountFiles();
        if (missing < 0)
        {
            // Taken on another disk, and copied here with the folder.
            for (var i = wanted; i < maxFiles; i++)
            {
                File.Delete(PathOf(i));
            }
        }
        else if (missing > 0)
        {
            var more = Affordable(missing, free);
            for (var i = 0; i < wanted && more > 0; i++)
            {
                if (FileFacts.Of(PathOf(i)).Kind == FileKind.None)
                {
                    Create(PathOf(i), 0).Dispose();
                    more--;
                }
            }
        }
    }

    private int CountFiles() => Directory.GetFiles(folder, "???").Length;

    private long Affordable(long wanted, long free) => _isGivenUp ? Math.Min(wanted, free / Plenty * (Plenty - 1)) : free / Plenty >= wanted ? wanted : 0;

    private string PathOf(int file) => Path.Combine(folder, file.ToString("D3", CultureInfo.InvariantCulture));

    /// <summary>A quota shows itself only when something is written.</summary>
    private bool CanWrite()
    {
        var probe = Path.Combine(Parent, $"probe-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            using var file = Create(probe, 0);
            Fill(file.SafeFileHandle, MinBytes);
            return true;
        }
        catch (IOException e) when (SystemErrors.IsFull(e))
        {
            return false;
        }
        finally
        {
            File.Delete(probe);
        }
    }

    private static FileStream Create(string path, long bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, PreallocationSize = bytes };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private static void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, long bytes)
    {
        // Zeros would take no room on a disk that compresses.
        var block = System.Security.Cryptography.RandomNumberGenerator.GetBytes(1 << 16);
        for (long at = 0; at < bytes; at += block.Length)
        {
            RandomAccess.Write(file, block, at);
        }
    }

    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next opening tries again.
        }
    }
}

/// <summary>What a disk has too little of.</summary>
internal enum Shortage
{
    /// <summary>Neither.</summary>
    None,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Inodes: it can hold no more files, however many bytes are free.</summary>
    Files,
}
