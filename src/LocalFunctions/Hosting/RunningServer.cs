using LocalFunctions.Hosting.State;

namespace LocalFunctions.Hosting;

/// <summary>A live process of this machine that runs a function app on a state directory.</summary>
/// <param name="ProcessId">The operating system's id of the process.</param>
/// <param name="Addresses">Where it listens; empty while it starts.</param>
public sealed record RunningServer(int ProcessId, IReadOnlyList<Uri> Addresses)
{
    /// <summary>Whether it ends when its own work is done, as a command does.</summary>
    public bool IsPassing { get; init; }

    /// <summary>Finds the process that holds the lock of <paramref name="stateDirectory"/>; null when none does, even if one died there
    /// without cleaning up.</summary>
    public static RunningServer? TryFind(string stateDirectory)
    {
        var directory = new StateDirectory(Path.GetFullPath(stateDirectory));
        if (!File.Exists(directory.LockFile))
        {
            return null;
        }

        return StateLock.IsHeld(directory) && ServerFile.TryRead(directory.ServerFile) is { } server
            ? new RunningServer(server.ProcessId, server.Urls) { IsPassing = server.IsPassing }
            : null;
    }
}
