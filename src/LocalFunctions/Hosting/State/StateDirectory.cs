using LocalDisk;

namespace LocalFunctions.Hosting.State;

/// <summary>The directory that holds all durable state of one function app on this machine, readable by its owner only.</summary>
internal sealed record StateDirectory(string FullPath)
{
    public string LockFile => Path.Combine(FullPath, "lock");

    public string LocalKey => Path.Combine(FullPath, "local.key");

    public string ServerFile => Path.Combine(FullPath, "server.json");

    public string DurableDatabase => Path.Combine(FullPath, "durable.db");

    public string Reserve => Path.Combine(FullPath, "reserve");

    public string TimerStatuses => Path.Combine(FullPath, "timers");

    /// <summary>Makes a directory that only its owner may enter. Its name is on the disk when this returns: a power failure must not take the runs in it away.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        DiskFiles.MakeFolder(path);
        try
        {
            DiskFiles.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (UnauthorizedAccessException)
        {
            // A folder that this user may pass through and not read cannot be flushed by this user.
        }
    }
}
