using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace QdrantBackup.Harness;

/// <summary>A program of this repository as a process of its own: what it prints is kept, and it can be killed as the kernel kills.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(9);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _results = new();
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process) => _process = process;

    /// <summary>Everything printed so far, standard output and error together.</summary>
    public string Output => Kept(_output);

    /// <summary>Standard output alone.</summary>
    public string Results => Kept(_results);

    /// <summary>Standard error alone.</summary>
    public string Errors => Kept(_errors);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Processor time that it has used so far, the system's for it included.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The most memory it ever had resident, in bytes, as the kernel counts (VmHWM).</summary>
    public long PeakMemoryBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts an assembly that lies beside this one.</summary>
    /// <param name="assembly">The assembly's file name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="through">A program that starts it, with that program's own arguments, e.g. one that sets limits.</param>
    public static ChildProcess Start(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> through) =>
        StartProgram([.. through, "dotnet", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments], environment);

    /// <summary>Starts a program of the system or of an installation.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="folder">The folder to start it in; this process's own without one.</param>
    public static ChildProcess StartProgram(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "" };

        // A production server's address in the developer's shell must never reach what tests start.
        foreach (var name in new[] { "QDRANT_URL", "QDRANT_API_KEY" })
        {
            start.Environment.Remove(name);
        }

        // Tests wait for what they start, on a machine that is busy with other tests.
        start.Environment["BACKUP_NICE_LEVEL"] = "0";

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data, child._results);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data, child._errors);
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Sends a signal, e.g. INT as Ctrl-C does.</summary>
    public async Task SignalAsync(string signal) => await Installation.ProgramAsync(["kill", $"-{signal}", $"{Id}"]);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.EndAsync($"process {_process.Id}, which was killed");
    }

    /// <summary>Waits for its end, and returns its exit code; one that does not end is killed.</summary>
    /// <param name="bound">The longest that is waited.</param>
    public async Task<int> EndAsync(TimeSpan? bound = null)
    {
        try
        {
            await _process.EndAsync(string.Join(' ', _process.StartInfo.ArgumentList.Prepend(_process.StartInfo.FileName)), bound ?? LongestRun);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; it had printed:\n{Output}", e);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private string Kept(StringBuilder kept)
    {
        lock (_output)
        {
            return kept.ToString();
        }
    }

    private void Keep(string? line, StringBuilder stream)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            stream.AppendLine(line);
        }
    }
}
