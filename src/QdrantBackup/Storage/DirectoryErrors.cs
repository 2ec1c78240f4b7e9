namespace QdrantBackup.Storage;

/// <summary>Turns what the file system says into what a person can do.</summary>
internal sealed class DirectoryErrors(DirectoryLayout layout)
{
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
        _ when IsFull(cause) => new(
            $"cannot {step}: no space left on {layout.Root}",
            "Free space or enlarge the disk or quota, then run again; nothing that was stored is lost. Deleted blobs lie in trash/ until it is emptied.",
            innerException: cause),
        ArgumentOutOfRangeException => new(
            $"cannot {step}: a file in {layout.Root} may not grow so far",
            "Raise the limit on the size of files of this account (ulimit -f), or use a file system that takes files of some megabytes; nothing that was stored is lost.",
            innerException: cause),
        _ when cause.HResult == 30 => new(
            $"cannot {step}: {layout.Root} is mounted read-only",
            "Mount it writable; the system log says whether an error of the disk made it read-only.",
            innerException: cause),
        _ => new(
            $"cannot {step} in {layout.Root}: {cause.Message}",
            "Look at the disk and at the system log; the step can be repeated.",
            innerException: cause),
    };

    /// <summary>ENOSPC, EDQUOT on Linux and macOS, and Windows' two words for a full disk.</summary>
    private static bool IsFull(Exception e) => e.HResult is 28 or 122 or 69 or unchecked((int)0x80070070) or unchecked((int)0x80070027);
}
