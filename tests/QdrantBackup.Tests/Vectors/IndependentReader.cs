using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using QdrantBackup.Harness;

namespace QdrantBackup.Tests.Vectors;

/// <summary>Runs tests/vectors/reader.py, which knows the format only from docs/format.md.</summary>
internal static class IndependentReader
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];

    /// <summary>Restores one backup of each store in one process; returns its answer and the hashes of the restored parts.</summary>
    public static async Task<IReadOnlyList<(string Answer, IReadOnlyDictionary<int, string> Parts)>> RestoreAsync(
        IReadOnlyList<(StoreVector Store, string Backup)> restores, CancellationToken cancellationToken)
    {
        string[] outputs = [.. restores.Select((r, i) => $"{r.Store.Folder}-restored-{i}")];
        string input = string.Concat(restores.Zip(outputs, (r, output) => $"{r.Store.Folder}\t{r.Store.KeyFile}\t{r.Backup}\t{output}\n"));
        (int exitCode, string told) = await RunAsync(await FindInterpreterAsync(cancellationToken), [Repository.Path("tests", "vectors", "reader.py"), "--each"], input, cancellationToken);
        Assert.True(exitCode == 0, told);
        string[] answers = told.TrimEnd('\n').Split('\n');
        Assert.Equal(restores.Count, answers.Length);
        return [.. answers.Zip(outputs, (answer, output) => (answer, Hashes(output)))];
    }

    private static IReadOnlyDictionary<int, string> Hashes(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*.snapshot").ToDictionary(
            f => int.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture), f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))))
        : new Dictionary<int, string>();

    private static async Task<string> FindInterpreterAsync(CancellationToken cancellationToken)
    {
        foreach (string interpreter in Interpreters)
        {
            if ((await RunAsync(interpreter, ["-c", "import cryptography, zstandard"], "", cancellationToken)).ExitCode == 0)
            {
                return interpreter;
            }
        }

        throw new InvalidOperationException("no Python has the modules cryptography and zstandard: `./dev test` installs python3-cryptography and python3-zstandard");
    }

    private static async Task<(int ExitCode, string Told)> RunAsync(string program, string[] arguments, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> told = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.EndAsync($"{program}, the independent reader", TimeSpan.FromMinutes(3));
        return (process.ExitCode, process.ExitCode == 0 ? await told : await errors);
    }
}
