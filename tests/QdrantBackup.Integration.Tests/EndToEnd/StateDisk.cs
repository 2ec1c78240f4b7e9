using System.Diagnostics;
using System.Globalization;
using LocalFunctions.Hosting;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>
/// The disk below a state directory, which the test fills: a small file system of its own where this process may mount one, else a limit on how
/// large the app's files may grow.
/// </summary>
internal sealed class StateDisk : IDisposable
{
    private readonly string _directory;
    private readonly bool _isMounted;

    public StateDisk(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _isMounted = Run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "none", directory);
    }

    /// <summary>What the app is started through: without it, its first write beyond a limit would end it.</summary>
    public IEnumerable<string> Through => _isMounted ? [] : ["bash", "-c", "trap '' XFSZ; exec \"$@\"", "_"];

    private string Filler => Path.Combine(_directory, "filler");

    /// <summary>From now on nothing more fits.</summary>
    public void Fill()
    {
        if (!_isMounted)
        {
            Limit(new FileInfo(Path.Combine(_directory, "durable.db-wal")).Length.ToString(CultureInfo.InvariantCulture));
            return;
        }

        using var filler = File.Create(Filler);
        try
        {
            // Page by page, so that not even a small write finds room.
            for (var page = new byte[4096]; ;)
            {
                filler.Write(page);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>There is room again.</summary>
    public void Free()
    {
        if (_isMounted)
        {
            File.Delete(Filler);
        }
        else
        {
            Limit("unlimited");
        }
    }

    public void Dispose()
    {
        if (_isMounted)
        {
            Run("umount", "--lazy", _directory);
        }
    }

    private void Limit(string bytes) =>
        Assert.True(Run("prlimit", "--pid", RunningServer.TryFind(_directory)!.ProcessId.ToString(CultureInfo.InvariantCulture), $"--fsize={bytes}:"));

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        Assert.True(process.WaitForExit(Waiting.Usual), $"{program} did not end");
        return process.ExitCode == 0;
    }
}
