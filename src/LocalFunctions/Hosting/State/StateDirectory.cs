namespace LocalFunctions.Hosting.State;

/// <summary>The directory that holds all durable state of one function app on this machine, readable by its owner only.</summary>
internal sealed record StateDirectory(string FullPath)
{
    public string LockFile => Path.Combine(FullPath, "lock");

    public string ServerFile => Path.Combine(FullPath, "server.json");

    public string DurableDatabase => Path.Combine(FullPath, "durable.db");

    public string TimerStatuses => Path.Combine(FullPath, "timers");

    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
