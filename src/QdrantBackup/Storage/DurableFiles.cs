using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace QdrantBackup.Storage;

/// <summary>The calls that make a file survive a power cut. Overridden in tests to see their order and to let the disk fill up.</summary>
internal partial class DurableFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnly = 0;
    private const int PermissionDenied = 13;

    /// <summary>Writes a new file, mode 0600, and returns when its bytes are on the disk.</summary>
    public virtual async Task WriteNewAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        await using var file = new FileStream(path, options);
        await WriteAsync(file, content, cancellationToken);
        Flush(file);
    }

    /// <summary>Puts a file in the place of another, or of none, in one step.</summary>
    public virtual void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Makes a directory, mode 0700, in one that exists.</summary>
    public virtual void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Returns when the names in a directory are on the disk; renaming alone does not promise that.</summary>
    public virtual void FlushDirectory(string path)
    {
        // Windows has no such call; its file systems write names with the file.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = OpenDirectory(path);
        RandomAccess.FlushToDisk(directory);
    }

    protected virtual Task WriteAsync(FileStream file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        file.WriteAsync(content, cancellationToken).AsTask();

    protected virtual void Flush(FileStream file) => file.Flush(flushToDisk: true);

    /// <summary>File.OpenHandle refuses directories, so this asks the system itself.</summary>
    [UnsupportedOSPlatform("windows")]
    private static SafeFileHandle OpenDirectory(string path)
    {
        var handle = Open(path, ReadOnly);
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw error == PermissionDenied
            ? new UnauthorizedAccessException($"Access to the directory '{path}' is denied.")
            : new IOException($"The directory '{path}' cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);
}
