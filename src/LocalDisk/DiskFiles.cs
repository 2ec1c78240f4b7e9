using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace LocalDisk;

/// <summary>What makes files survive, with every answer of the system looked at. Where a system has no such call, .NET's is used.</summary>
internal static class DiskFiles
{
    /// <summary>
    /// Returns when the bytes of an open file are on the disk; an error of the disk is an exception. After one the file must be written anew: a second
    /// flush may succeed although the bytes are lost.
    /// </summary>
    public static void Flush(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        var isDone = OperatingSystem.IsMacOS() && SystemCalls.Control(file, SystemCalls.FullFlush) >= 0;
        while (!isDone && SystemCalls.Flush(file) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != SystemErrors.Interrupted)
            {
                throw new FlushException(path, Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    /// <summary>Returns when the names in a folder are on the disk; renaming alone does not promise that.</summary>
    public static void FlushFolder(string path)
    {
        // Windows has no such call; its file systems write names with the file.
        if (!OperatingSystem.IsWindows())
        {
            using var folder = Open(path, SystemCalls.ReadOnly);
            Flush(folder, path);
        }
    }

    /// <summary>Makes a folder that only its owner may enter.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Puts a file in the place of another, or of none, in one step. Two disks have no such step: that is an error.</summary>
    public static void Replace(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(from, to, overwrite: true);
        }
        else if (SystemCalls.Rename(from, to) < 0)
        {
            throw SystemErrors.Last(to);
        }
    }

    /// <summary>Puts a file where nothing is, in one step that needs no lock; false when something is there.</summary>
    public static bool TryMoveNew(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryMoveNewOnWindows(from, to);
        }

        if ((TryRenameNew(from, to) ?? TryLink(from, to)) is { } isMoved)
        {
            return isMoved;
        }

        // The file system knows no such step: the lock that the caller holds has to stand for it.
        if (FileFacts.Of(to).Kind != FileKind.None)
        {
            return false;
        }

        Replace(from, to);
        return true;
    }

    /// <summary>Opens a regular file for reading, and waits for nobody: a FIFO in its place is an error at once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followsLinks">Whether a link may lead to the file.</param>
    /// <exception cref="ForeignFileException">It is no regular file.</exception>
    public static SafeFileHandle OpenRead(string path, bool followsLinks = false) => OperatingSystem.IsWindows()
        ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
        : OpenRegular(path, SystemCalls.ReadOnly | (followsLinks ? 0 : SystemCalls.NoFollow));

    /// <summary>Opens a regular file, and waits for nobody.</summary>
    [UnsupportedOSPlatform("windows")]
    public static SafeFileHandle OpenRegular(string path, int flags)
    {
        var file = Open(path, flags | SystemCalls.NoWaiting);
        var facts = FileFacts.Of(file);
        if (facts.IsFile)
        {
            return file;
        }

        file.Dispose();
        throw ForeignFileException.Of(path, facts.Kind);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        while (true)
        {
            var handle = SystemCalls.Open(path, flags | SystemCalls.CloseOnExec);
            if (!handle.IsInvalid)
            {
                return handle;
            }

            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (error != SystemErrors.Interrupted)
            {
                throw SystemErrors.Of(path, error);
            }
        }
    }

    /// <summary>Null where the system or the file system does not know how.</summary>
    private static bool? TryRenameNew(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            if (SystemCalls.RenameAt(SystemCalls.NoFolder, from, SystemCalls.NoFolder, to, SystemCalls.OnlyIfAbsent) >= 0)
            {
                return true;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            SystemErrors.Exists => false,
            SystemErrors.Invalid or SystemErrors.NotPermitted => null,
            var error when error == SystemErrors.NotSupported => null,
            var error => throw SystemErrors.Of(to, error),
        };
    }

    private static bool? TryLink(string from, string to)
    {
        if (SystemCalls.Link(from, to) >= 0)
        {
            File.Delete(from);
            return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            SystemErrors.Exists => false,
            SystemErrors.Missing or SystemErrors.CrossesDisks => throw SystemErrors.Last(to),
            _ => null,
        };
    }

    private static bool TryMoveNewOnWindows(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }
}
