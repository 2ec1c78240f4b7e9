using System.Collections.Concurrent;
using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>The calls that make a file survive a power cut. Tests override them to see their order and to fill up the disk.</summary>
internal class DurableFiles
{
    /// <summary>EIO.</summary>
    private const int DiskFailed = 5;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ConcurrentDictionary<string, bool> _doubtful = new(StringComparer.Ordinal);

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
    public virtual void Replace(string from, string to) => DiskFiles.Replace(from, to);

    /// <summary>Puts a file where nothing is, in one step; false when something is there.</summary>
    public virtual bool TryMoveNew(string from, string to) => DiskFiles.TryMoveNew(from, to);

    /// <summary>Makes a directory, mode 0700, in one that exists.</summary>
    public virtual void CreateDirectory(string path) => DiskFiles.MakeFolder(path);

    /// <summary>
    /// Returns when the names in a directory are on the disk. Once the disk has refused that, no later answer for the same directory is believed: the system reports a lost
    /// name to one caller, once.
    /// </summary>
    public virtual void FlushDirectory(string path)
    {
        if (_doubtful.ContainsKey(path))
        {
            throw new FlushException(path, "it failed earlier; its answers count again only after the disk was checked and this process was restarted", DiskFailed);
        }

        try
        {
            FlushFolder(path);
        }
        catch (FlushException e) when (!SystemErrors.IsFull(e))
        {
            _doubtful[path] = true;
            throw;
        }
    }

    protected virtual void FlushFolder(string path) => DiskFiles.FlushFolder(path);

    protected virtual Task WriteAsync(FileStream file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        file.WriteAsync(content, cancellationToken).AsTask();

    protected virtual void Flush(FileStream file) => DiskFiles.Flush(file.SafeFileHandle, file.Name);
}
