using System.Text.Json;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What commands print, and how they work with a server that runs on the same state directory.</summary>
public sealed class CommandLineTests(ServedSite served) : IClassFixture<ServedSite>
{
    private const string Escape = "\u001b";

    private Site Site => served.Site;

    [Fact]
    public async Task Without_a_terminal_progress_is_plain_lines_that_end_with_the_state()
    {
        var result = await Site.RunAsync("backup");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain(Escape, result.Results, StringComparison.Ordinal);
        var lines = result.Results.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 1, result.Results);
        Assert.Matches("^backup [0-9TZ]+-[0-9a-z]{6}: complete$", lines[^1]);
        Assert.Empty(result.Errors);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status")]
    [InlineData("runs")]
    [InlineData("show", "ID")]
    [InlineData("status", "ID")]
    [InlineData("backup", "--dry-run")]
    [InlineData("backup")]
    [InlineData("restore", "--id", "ID", "--full", "--suffix", "-2", "--dry-run")]
    [InlineData("verify", "ID", "--level", "exists")]
    public async Task With_output_json_standard_output_is_one_JSON_object(params string[] arguments)
    {
        var json = await Site.JsonAsync([.. arguments.Select(a => a == "ID" ? served.BackupId : a)]);

        Assert.Equal(JsonValueKind.Object, json.ValueKind);
    }

    [Fact]
    public async Task A_refusal_leaves_standard_output_empty_with_output_json()
    {
        var result = await Site.RunAsync("restore", "--latest", "--full", "--output", "json");

        Told.Clearly(result, exitCode: 4);
        Assert.Empty(result.Results);
    }

    [Fact]
    public async Task Tables_show_the_backup_its_collections_and_its_run()
    {
        var list = await Site.RunAsync("list");
        Assert.Matches(@"^ID +STATE +STARTED", list.Results.TrimStart());
        Assert.Contains(list.Results.Split('\n'), l => l.Contains(served.BackupId, StringComparison.Ordinal) && l.Contains("complete", StringComparison.Ordinal));

        Assert.Contains(ServedSite.Collection, (await Site.RunAsync("show", served.BackupId)).Results, StringComparison.Ordinal);
        Assert.Contains("lastGood: ", (await Site.RunAsync("status")).Results, StringComparison.Ordinal);
        Assert.Contains("state: complete", (await Site.RunAsync("status", served.BackupId)).Results, StringComparison.Ordinal);

        var runs = await Site.RunAsync("runs");
        Assert.Contains(
            runs.Results.Split('\n'),
            l => l.Contains(served.BackupId, StringComparison.Ordinal) && l.Contains("backup", StringComparison.Ordinal) && l.Contains("complete", StringComparison.Ordinal)
                && l.Contains($"{TimeProvider.System.GetUtcNow().Year}-", StringComparison.Ordinal));
        Assert.DoesNotContain(Escape, list.Results + runs.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_a_server_runs_is_joined()
    {
        Site.Qdrant.Faults.DownloadBytesPerSecond = 40_000;
        var running = await served.App.Api.StartBackupAsync();

        var joined = await Site.RunAsync("backup");
        Site.Qdrant.Faults.DownloadBytesPerSecond = null;

        Assert.Equal(0, joined.ExitCode);
        Assert.Contains($"joining backup {running}", joined.Errors, StringComparison.Ordinal);
        Assert.Contains($"backup {running}: complete", joined.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_of_other_collections_is_waited_for_and_not_taken_for_the_one_that_was_asked_for()
    {
        Site.Qdrant.Faults.DownloadBytesPerSecond = 40_000;
        var part = await served.App.Api.StartBackupAsync(new { collections = new[] { ServedSite.Collection } });

        var whole = await Site.RunAsync("backup");
        Site.Qdrant.Faults.DownloadBytesPerSecond = null;

        Assert.True(whole.ExitCode == 0, whole.Errors);
        Assert.Contains($"waiting for backup {part}", whole.Errors, StringComparison.Ordinal);
        var id = whole.Results.Split('\n').Single(l => l.StartsWith("backup ", StringComparison.Ordinal)).Split(' ')[1].TrimEnd(':');
        Assert.NotEqual(part, id);
        Assert.Equal(2, (await Site.JsonAsync("show", id)).GetProperty("collections").GetArrayLength());
        Assert.Contains((await Site.RunAsync("list")).Results.Split('\n'), l => l.Contains(part, StringComparison.Ordinal) && l.Contains("complete, selection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_API_key_and_one_without_the_scope_are_told_apart()
    {
        Told.Clearly(await served.RunRemoteAsync("qb_wrong", "list"), exitCode: 2, "no valid API key", "X-API-Key");
        Told.Clearly(await served.RunRemoteAsync(ServedSite.ReaderKey, "backup"), exitCode: 2, "scope 'backup'");
        Assert.Equal(0, (await served.RunRemoteAsync(ServedSite.ReaderKey, "list")).ExitCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        var result = await QdrantBackup.Harness.Installation.CommandAsync(["list", "--server", "http://127.0.0.1:9"]);

        Told.Clearly(result, exitCode: 1, "127.0.0.1:9", "--server");
    }

    [Fact]
    public async Task The_configuration_is_checked_with_and_without_a_connection()
    {
        var check = await Site.RunAsync("config", "check");
        Assert.True(check.ExitCode == 0, check.Errors);
        Assert.Contains("harness", check.Results, StringComparison.Ordinal);

        var connected = await Site.RunAsync("config", "check", "--connect");
        Assert.True(connected.ExitCode == 0, connected.Errors);
        Assert.Contains(ServedSite.Collection, connected.Results, StringComparison.Ordinal);
    }
}
