using LocalDisk;

namespace LocalFunctions.Hosting.State;

/// <summary>Exclusive use of a state directory. The operating system holds the lock on an open file and lets go of it when the
/// process ends, however it ends, so a dead owner never has to be recognised.</summary>
internal sealed class StateLock : IDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(40);

    private readonly StateDirectory directory;
    private readonly FileLock file;

    private StateLock(StateDirectory directory, FileLock file)
    {
        this.directory = directory;
        this.file = file;
    }

    public static async Task<StateLock> AcquireAsync(StateDirectory directory, CancellationToken cancellationToken)
    {
        CreateDirectory(directory);
        for (var attempt = 1; ; attempt++)
        {
            if (TryTake(directory) is { } file)
            {
                var held = new StateLock(directory, file);
                held.Begin();
                StateRoom.ReserveOf(directory).Keep();
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

    private void Begin()
    {
        try
        {
            Announce([], isPassing: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new FunctionsStartupException($"The state directory '{directory.FullPath}' cannot be written: {failure.Message} Free disk space or correct its owner, then start again.", failure);
        }
    }

    /// <summary>Publishes where this process listens and whether it ends with its own work, for commands on the same machine.</summary>
    public void Announce(IReadOnlyList<Uri> addresses, bool isPassing) =>
        AtomicFile.Replace(directory.ServerFile, new ServerFile(Environment.ProcessId, addresses) { IsPassing = isPassing }.ToBytes());

    /// <summary>Takes the lock for this process alone; null when another has it.</summary>
    private static FileLock? TryTake(StateDirectory directory)
    {
        try
        {
            return FileLock.TryTakeProven(directory.LockFile);
        }
        catch (LockException failure)
        {
            throw new FunctionsStartupException(
                $"The state directory '{directory.FullPath}' cannot be kept from other processes: {failure.Message}. Set LocalFunctions:StateDirectory to a directory on a local disk.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FunctionsStartupException($"The state directory '{directory.FullPath}' cannot be locked: {failure.Message} Free disk space, or correct its owner.", failure);
        }
    }

    /// <summary>Whether a process has the directory for itself. Those who ask share the file with each other, so that none takes
    /// another for the owner.</summary>
    public static bool IsHeld(StateDirectory directory)
    {
        try
        {
            return FileLock.IsHeld(directory.LockFile);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or PathTooLongException or LockException or ForeignFileException)
        {
            // Where there are no locks, or something else lies in their place, no process was let in.
            return false;
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

    private static StateInUseException InUse(StateDirectory directory)
    {
        var owner = ServerFile.TryRead(directory.ServerFile) switch
        {
            null => "another process",
            { Urls.Count: 0 } starting => $"process {starting.ProcessId}, which is starting",
            var server => $"process {server.ProcessId}, which listens on {string.Join(" and ", server.Urls)}",
        };
        return new StateInUseException(
            $"The state directory '{directory.FullPath}' is in use by {owner}. Use that server, stop it, or set LocalFunctions:StateDirectory to another directory.");
    }
}
