using System.Diagnostics;
using LocalFunctions.Durable.Storage;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace LocalFunctions.Tests.Durable.Schema;

/// <summary>The commands of docs/local-functions.md are run as they stand there.</summary>
public sealed class DocumentedCommandsTests
{
    [Fact]
    public async Task What_the_page_says_about_copies_and_inspection_works_and_the_copy_goes_on()
    {
        await using var engine = new EngineFixture();
        var directory = Path.GetDirectoryName(engine.DatabasePath)!;
        File.Copy(Repository.Path($"tests/LocalFunctions.Tests/Durable/Schema/version-{DurableSchema.Version}.db"), Path.Combine(directory, "durable.db"));
        var blocks = File.ReadAllText(Repository.Path("docs/local-functions.md")).Split("```sh\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal(2, blocks.Count);

        Assert.Contains("ok", await RunAsync(directory, blocks[0]), StringComparison.Ordinal);
        var told = await RunAsync(directory, blocks[1]);

        string[] expected = ["later", "paused-leg", "2026-01-01 00:00:00", "SubOrchestrationInstanceCreated", "TimerFired", "2026-01-01 01:00:00", "Ship"];
        Assert.All(expected, word => Assert.Contains(word, told, StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, "durable-copy.db")));
        File.Move(Path.Combine(directory, "durable-copy.db"), engine.DatabasePath);
        await Voyages.ArriveAsync(engine);
    }

    private static async Task<string> RunAsync(string directory, string commands)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-eu", "-c", commands]) { UseShellExecute = false, WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        await shell.EndAsync("the documented commands");
        Assert.True(shell.ExitCode == 0, $"exit code {shell.ExitCode}: {await errors}");
        return await output;
    }
}
