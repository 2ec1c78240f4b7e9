using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The program steps back for others on its machine: Qdrant's queries come before its backup.</summary>
public sealed class PriorityTests
{
    [Theory]
    [InlineData(null, 19, "idle")]
    [InlineData("5", 5, "best-effort: prio 1")]
    public async Task Every_thread_of_the_server_has_the_configured_priority_for_processor_and_disk(string? configured, int nice, string disk)
    {
        await using var site = await Site.StartAsync(["empty"]);
        await using var app = await AppProcess.StartAsync(site.Files, new Dictionary<string, string?>(StringComparer.Ordinal) { ["BACKUP_NICE_LEVEL"] = configured }.ToDictionary(v => v.Key, v => v.Value ?? ""));
        await app.Api.FinishBackupAsync(await app.Api.StartBackupAsync());

        var threads = Directory.GetDirectories($"/proc/{app.Id}/task");
        Assert.NotEmpty(threads);
        Assert.All(threads, thread => Assert.Equal(nice, NiceOf(thread)));
        Assert.StartsWith(disk, (await Installation.ProgramAsync(["ionice", "-p", $"{app.Id}"])).Results, StringComparison.Ordinal);
    }

    // The nineteenth value; the second, the program's name, may hold blanks.
    private static int NiceOf(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }
}
