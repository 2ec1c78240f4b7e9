using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>
/// Lets one writer at a time, of all processes on this store, change the blobs that share a lock file. Held for a look and a rename, never
/// while bytes are written; the system releases it when a process dies.
/// </summary>
internal sealed class NameLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>File systems store times with different precision; the first step that is visible counts.</summary>
    private static readonly TimeSpan[] Steps = [new(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private readonly FileLock _lock;

    private NameLock(FileLock held) => _lock = held;

    public static async Task<NameLock> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FileLock.TryTake(path) is { } held)
            {
                return new NameLock(held);
            }

            // The holder may be another process, so only real time can be awaited, even if the store has a test clock.
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>
    /// Gives a file about to be put a modification time after every earlier one under this lock, deleted blobs' too: the time is in the ETag, and kernels
    /// stamp files only every few milliseconds. The lock file's own time remembers the last. The file system's clock stays the base, so that machines sharing it agree.
    /// </summary>
    public void StampAfterEarlier(string path, DateTime? replaced)
    {
        var last = File.GetLastWriteTimeUtc(_lock.File);
        last = replaced > last ? replaced.Value : last;
        var stamped = File.GetLastWriteTimeUtc(path);
        for (var step = 0; stamped <= last && step < Steps.Length; step++)
        {
            File.SetLastWriteTimeUtc(path, last + Steps[step]);
            stamped = File.GetLastWriteTimeUtc(path);
        }

        Remember(stamped);
    }

    /// <summary>Notes that a blob with this modification time is deleted, so that no later blob gets the same time.</summary>
    public void Remember(DateTime modified)
    {
        if (modified > File.GetLastWriteTimeUtc(_lock.File))
        {
            File.SetLastWriteTimeUtc(_lock.File, modified);
        }
    }

    public void Dispose() => _lock.Dispose();
}
