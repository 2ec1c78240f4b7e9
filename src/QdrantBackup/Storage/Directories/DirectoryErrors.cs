using LocalDisk;

namespace QdrantBackup.Storage.Directories;

/// <summary>Turns failures of the file system into errors that a person can act on.</summary>
internal sealed class DirectoryErrors(DirectoryLayout layout)
{
    private const string NothingIsLost = "nothing that was stored is lost.";
    private const string OneDisk =
        "Keep the whole store on one file system: make the store's directory itself the mount point, or a link to another disk, and make the folders in it real folders again.";

    public async Task<T> TranslateAsync<T>(string step, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Translate(step, e);
        }
    }

    public T Translate<T>(string step, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            throw Translate(step, e);
        }
    }

    /// <summary>EFBIG, a file that may not grow further, comes from .NET as an argument out of range.</summary>
    private static bool IsOfDisk(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    private StoreException Translate(string step, Exception cause) => cause switch
    {
        UnauthorizedAccessException => new(
            $"cannot {step} in {layout.Root}: permission denied",
            $"Let the account that runs this ({Environment.UserName}) own the directory and everything in it: chown -R {Environment.UserName} {layout.Root}",
            innerException: cause),
        ForeignFileException => new(
            $"cannot {step} in {layout.Root}: {cause.Message}",
            $"A store holds regular files and real folders only. Find out what put it there; remove it, or put the real file or folder in its place. {OneDisk}",
            innerException: cause),
        LockException => new(
            $"cannot {step} in {layout.Root}: {cause.Message}, so two writers could overwrite each other",
            "Keep the store on a file system with working locks: a local disk, or a network file system that is mounted with them (NFS without nolock, CIFS without nobrl).",
            innerException: cause),
        _ when SystemErrors.IsFull(cause) => Full(step, cause),
        FlushException => new(
            $"cannot {step} in {layout.Root}: {cause.Message}",
            "The disk or its connection fails, or its file system cannot flush. Look at the system log and check the disk, then start this process again; what was stored before is not touched.",
            innerException: cause),
        ArgumentOutOfRangeException => new(
            $"cannot {step}: a file in {layout.Root} may not grow so far",
            $"Raise the limit on the size of files of this account (ulimit -f), or use a file system that takes files of some megabytes; {NothingIsLost}",
            innerException: cause),
        _ when cause.HResult == SystemErrors.CrossesDisks => new(
            $"cannot {step}: a part of {layout.Root} lies on another file system than the rest, so no file can be put there in one step",
            OneDisk,
            innerException: cause),
        _ when cause.HResult == 30 => new(
            $"cannot {step}: {layout.Root} is mounted read-only",
            "Mount it writable; the system log shows whether an error of the disk made it read-only.",
            innerException: cause),
        _ => new(
            $"cannot {step} in {layout.Root}: {cause.Message}",
            "Look at the disk and at the system log; the step can be repeated.",
            innerException: cause),
    };

    private StoreException Full(string step, Exception cause) => new(
        Shortage() switch
        {
            LocalDisk.Shortage.Files => $"cannot {step}: no inodes left on {layout.Root}: its file system can hold no more files, although it has free bytes",
            _ => $"cannot {step}: no space left on {layout.Root}",
        },
        $"Free space or enlarge the disk or quota, then run again; {NothingIsLost} 'qdrant-backup cleanup --empty-trash' frees what deleted blobs in trash/ take.",
        innerException: cause);

    /// <summary>Bytes or inodes. The folder may be missing, or its disk may not answer.</summary>
    private Shortage Shortage()
    {
        try
        {
            return SpaceReserve.ShortageOf(DiskRoom.Of(layout.Root));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return LocalDisk.Shortage.None;
        }
    }
}
