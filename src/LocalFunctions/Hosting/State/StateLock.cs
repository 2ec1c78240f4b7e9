namespace LocalFunctions.Hosting.State;

/// <summary>Exclusive use of a state directory. The operating system holds the lock on an open file and lets go of it when the
/// process ends, however it ends, so a dead owner never has to be recognised.</summary>
internal sealed class StateLock : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(40);

    private readonly StateDirectory directory;
    private readonly FileStream file;

    private StateLock(StateDirectory directory, FileStream file)
    {
        this.directory = directory;
        this.file = file;
    }

    public static async Task<StateLock> AcquireAsync(StateDirectory directory, CancellationToken cancellationToken)
    {
        CreateDirectory(directory);
        for (var attempt = 1; ; attempt++)
        {
            if (TryOpen(directory) is { } file)
            {
                var held = new StateLock(directory, file);
                held.Announce([]);
                return held;
            }

            if (attempt == Attempts)
            {
                throw InUse(directory);
            }

            // Someone asking who runs (RunningServer.TryFind) holds the lock for an instant; that is real time, not the app's.
            await Task.Delay(BetweenAttempts, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Publishes where this process listens, for commands on the same machine.</summary>
    public void Announce(IReadOnlyList<Uri> addresses) =>
        AtomicFile.Replace(directory.ServerFile, new ServerFile(Environment.ProcessId, addresses).ToBytes());

    /// <summary>Opens the lock file for this process alone; null when another holds it.</summary>
    private static FileStream? TryOpen(StateDirectory directory)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(directory.LockFile, options);
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Whether a process has the directory for itself. Those who ask share the file with each other, so that none takes
    /// another for the owner.</summary>
    public static bool IsHeld(StateDirectory directory)
    {
        try
        {
            using var shared = new FileStream(directory.LockFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (IOException failure)
        {
            return failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException);
        }
    }

    public void Dispose()
    {
        try
        {
            // The announcement goes first: after the lock is free, the file may be another process's.
            File.Delete(directory.ServerFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without the lock it means nothing.
        }
        finally
        {
            file.Dispose();
        }
    }

    private static void CreateDirectory(StateDirectory directory)
    {
        try
        {
            StateDirectory.Create(directory.FullPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FunctionsStartupException(
                $"The state directory '{directory.FullPath}' cannot be created: {failure.Message} Set LocalFunctions:StateDirectory to a directory that this user can write.",
                failure);
        }
    }

    private static FunctionsStartupException InUse(StateDirectory directory)
    {
        var owner = ServerFile.TryRead(directory.ServerFile) switch
        {
            null => "another process",
            { Urls.Count: 0 } starting => $"process {starting.ProcessId}, which is starting",
            var server => $"process {server.ProcessId}, which listens on {string.Join(" and ", server.Urls)}",
        };
        return new FunctionsStartupException(
            $"The state directory '{directory.FullPath}' is in use by {owner}. Use that server, stop it, or set LocalFunctions:StateDirectory to another directory.");
    }
}
