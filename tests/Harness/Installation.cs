using System.Text.Json;

namespace QdrantBackup.Harness;

/// <summary>What every play with an installation of the app begins and ends with.</summary>
public static class Installation
{
    /// <summary><c>qdrant-backup key init</c>.</summary>
    public static async Task InitialiseKeyAsync(AppFiles files)
    {
        var (exitCode, output) = await RunAsync(files, "key", "init");
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"key init failed:\n{output}");
        }
    }

    /// <summary>Runs one command of <c>qdrant-backup</c> to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(AppFiles files, params string[] arguments)
    {
        await using var command = ChildProcess.Start("qdrant-backup.dll", [.. arguments, .. files.Options]);
        var exitCode = await command.EndAsync();
        return (exitCode, command.Output);
    }

    /// <summary>Runs one command to its end; what it printed is kept apart from what it remarked.</summary>
    public static async Task<CommandResult> CommandAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> through)
    {
        await using var command = ChildProcess.Start("qdrant-backup.dll", arguments, environment, through);
        return await ResultAsync(command);
    }

    /// <summary>Runs a program of the system, or of an installed package, to its end.</summary>
    public static async Task<CommandResult> ProgramAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string? folder = null, TimeSpan? bound = null)
    {
        await using var program = ChildProcess.StartProgram(command, environment, folder);
        return await ResultAsync(program, bound);
    }

    private static async Task<CommandResult> ResultAsync(ChildProcess process, TimeSpan? bound = null)
    {
        var exitCode = await process.EndAsync(bound);
        return new(exitCode, process.Results, process.Errors);
    }

    /// <summary>Whether a run's last status shows that all of it was done.</summary>
    public static bool IsDone(JsonElement end) => end.GetProperty("state").GetString() == "complete";
}
