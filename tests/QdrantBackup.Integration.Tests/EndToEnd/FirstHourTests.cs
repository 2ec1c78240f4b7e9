using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What a new user meets: disks and rights that are not as they should be, and a server that has just been made.</summary>
public sealed class FirstHourTests
{
    private const string Collection = "late-interaction";

    [Fact]
    public async Task A_store_on_a_disk_that_is_mounted_read_only_is_listed_verified_and_restored_from()
    {
        await using var site = await Site.StartAsync([Collection]);
        var id = await site.BackUpAsync();
        site.Qdrant.RemoveCollection(Collection);

        Assert.Contains(id, (await ReadOnlyAsync(site, "list")).Results, StringComparison.Ordinal);
        Succeeds(await ReadOnlyAsync(site, "verify", "latest", "--level", "restorable"));
        Succeeds(await ReadOnlyAsync(site, "restore", "--latest", "--full"));
        Assert.Contains(Collection, site.Qdrant.Collections);

        Told.Clearly(await ReadOnlyAsync(site, "backup"), exitCode: 1, "mounted read-only");
        Told.Clearly(await ReadOnlyAsync(site, "config", "check", "--connect"), exitCode: 1, "mounted read-only");
    }

    [Fact]
    public async Task A_check_fails_where_a_backup_would_and_names_every_problem()
    {
        await using var site = await Site.StartAsync([Collection], qdrantApiKey: "may-only-read");
        site.Qdrant.Reconfigure(options => options with { ApiKey = "may-do-all", ReadOnlyApiKey = "may-only-read" });
        File.WriteAllText(Path.Combine(site.Files.StoreDirectory, "checks"), "in the way of the folder");

        var check = await site.RunAsync("config", "check", "--connect");

        Told.Clearly(check, exitCode: 1, "cannot make and delete snapshots", "Forbidden");
        Assert.Contains("cannot write into the store", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_what_works_succeeds_and_leaves_nothing_behind()
    {
        await using var site = await Site.StartAsync([Collection]);

        var check = await site.RunAsync("config", "check", "--connect");

        Succeeds(check);
        Assert.Contains("snapshots can be made", check.Results, StringComparison.Ordinal);
        Assert.Contains("warning: The store ", check.Errors, StringComparison.Ordinal);
        Assert.Contains("has one recipient of its key", check.Errors, StringComparison.Ordinal);
        Assert.Contains("one recipient of its key", (await site.RunAsync("status")).Results.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Empty(site.SnapshotsOf([Collection]));
        Assert.False(File.Exists(Path.Combine(site.Files.StoreDirectory, "checks", "probe")));
    }

    [Fact]
    public async Task A_server_that_is_configured_wrongly_does_not_start_and_says_so_in_two_lines()
    {
        await using var site = await Site.StartAsync([Collection]);
        File.AppendAllText(site.Files.Config, "  frobnicate: 1\n");

        var result = await site.RunAsync("serve");

        Told.Clearly(result, exitCode: 2, "frobnicate");
        Assert.Equal(2, result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task The_log_has_no_line_for_a_poll_and_no_stack_trace_for_a_caller_who_errs()
    {
        await using var site = await Site.StartAsync([Collection]);
        await using var app = await AppProcess.StartAsync(site.Files);
        var run = await app.Api.StartBackupAsync();
        await app.Api.FinishBackupAsync(run);
        for (var i = 0; i < 20; i++)
        {
            await app.Api.GetAsync($"/api/v1/backup/status/{run}");
        }

        using var refused = await app.Api.Http.GetAsync("/api/v1/backups/no-id", TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)refused.StatusCode);

        var lines = app.Output.Split('\n');
        Assert.InRange(lines.Count(line => line.Contains("BackupRunStatus", StringComparison.Ordinal) || line.Contains("/status/", StringComparison.Ordinal)), 0, 1);
        Assert.DoesNotContain(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_is_there_gets_no_second_key_file()
    {
        await using var site = await Site.StartAsync([Collection]);
        File.Move(site.Files.KeyFile, site.Files.KeyFile + ".elsewhere");

        Told.Clearly(await site.RunAsync("key", "init"), exitCode: 4, "put back the one");

        Assert.False(File.Exists(site.Files.KeyFile));
    }

    [Fact]
    public async Task A_store_that_was_begun_gets_no_second_key_file()
    {
        await using var site = await Site.StartAsync([Collection]);
        File.Delete(Path.Combine(site.Files.StoreDirectory, "store.json"));
        File.Move(site.Files.KeyFile, site.Files.KeyFile + ".elsewhere");

        Told.Clearly(await site.RunAsync("key", "init"), exitCode: 2, site.Files.KeyFile);

        Assert.False(File.Exists(site.Files.KeyFile));
    }

    [Fact]
    public async Task A_retention_that_was_due_before_the_store_was_made_is_not_made_up()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: "  retention: { schedule: \"0 0 * * *\", afterBackups: false }\n");
        await using var server = await AppProcess.StartAsync(site.Files);
        await Waiting.UntilAsync(
            "the first tick", () => Task.FromResult(Directory.Exists(Path.Combine(site.Files.StoreDirectory, "checks")) && Directory.EnumerateDirectories(Path.Combine(site.Files.StoreDirectory, "checks"), "tick-*").Any()), TimeSpan.FromMinutes(3));

        Assert.Empty((await server.Api.GetAsync("/api/v1/runs")).GetProperty("runs").EnumerateArray());
    }

    private static void Succeeds(CommandResult result) => Assert.True(result.ExitCode == 0, result.Errors + result.Results);

    // In a namespace of its own, so that only this process sees the disk so.
    private static Task<CommandResult> ReadOnlyAsync(Site site, params string[] arguments) => Installation.CommandAsync(
        [.. arguments, .. site.Files.Options],
        environment: null,
        "unshare", "--map-root-user", "--mount", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"", site.Files.StoreDirectory);
}
