using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace LocalDisk;

/// <summary>
/// A lock file that is held. The system lets go of it when the process ends, however it ends. It is the lock that <see cref="FileShare.None"/> takes, but an answer
/// that means "there are no locks here" is an error, and no switch of the runtime turns it off.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream? _exclusive;

    private FileLock(SafeFileHandle file, FileStream? exclusive = null) => (File, _exclusive) = (file, exclusive);

    /// <summary>The open lock file.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Takes the lock, and makes its file where it is missing; null while somebody else has it.</summary>
    /// <exception cref="LockException">The file system gives no locks.</exception>
    /// <exception cref="ForeignFileException">The lock file is no regular file.</exception>
    public static FileLock? TryTake(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryTakeOnWindows(path);
        }

        var file = Open(path);
        try
        {
            if (TryLock(file, path, SystemCalls.ExclusiveOrFail))
            {
                return new FileLock(file);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Whether somebody has the lock. Those who ask share the file with each other, so that none takes another for the holder.</summary>
    /// <exception cref="LockException">The file system gives no locks.</exception>
    public static bool IsHeld(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using var taken = TryTakeOnWindows(path);
            return taken is null;
        }

        using var file = DiskFiles.OpenRead(path);
        return !TryLock(file, path, SystemCalls.SharedOrFail);
    }

    /// <summary>The same, and shows by a second handle that the lock keeps others out.</summary>
    /// <exception cref="LockException">It does not, or the file system gives no locks.</exception>
    public static FileLock? TryTakeProven(string path)
    {
        var first = TryTake(path);
        if (first is null)
        {
            return null;
        }

        try
        {
            using var second = TryTake(path);
            return second is null ? first : throw new LockException(path, "two have it at once");
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        _exclusive?.Dispose();
    }

    [UnsupportedOSPlatform("windows")]
    private static bool TryLock(SafeFileHandle file, string path, int operation)
    {
        while (SystemCalls.Lock(file, operation) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == SystemErrors.IsHeld)
            {
                return false;
            }

            if (error != SystemErrors.Interrupted)
            {
                throw new LockException(path, Marshal.GetPInvokeErrorMessage(error));
            }
        }

        return true;
    }

    [UnsupportedOSPlatform("windows")]
    private static SafeFileHandle Open(string path)
    {
        for (var isMade = false; ; isMade = true)
        {
            try
            {
                return DiskFiles.OpenRegular(path, SystemCalls.ReadWrite | SystemCalls.NoFollow);
            }
            catch (FileNotFoundException) when (!isMade)
            {
                Make(path);
            }
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Make(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnerOnly };
            new FileStream(path, options).Dispose();
        }
        catch (IOException) when (FileFacts.Of(path).Kind != FileKind.None)
        {
            // Another was faster.
        }
    }

    private static FileLock? TryTakeOnWindows(string path)
    {
        const int SharingViolation = unchecked((int)0x80070020);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return new FileLock(file.SafeFileHandle, file);
        }
        catch (IOException e) when (e.HResult == SharingViolation)
        {
            return null;
        }
    }
}
