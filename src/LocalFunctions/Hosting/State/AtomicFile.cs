using LocalDisk;

namespace LocalFunctions.Hosting.State;

/// <summary>Replaces a small file so that a reader, or a restart after a crash, sees the old content or the new, never a mixture.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the file, flushes to the disk, renames over it. The rename itself is not flushed: losing it in a power
    /// failure leaves the old content, which every user of this class must bear.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(beside, options))
        {
            stream.Write(content);
            DiskFiles.Flush(stream.SafeFileHandle, beside);
        }

        DiskFiles.Replace(beside, path);
    }
}
