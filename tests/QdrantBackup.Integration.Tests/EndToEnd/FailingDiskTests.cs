using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The disk refuses below .NET what .NET reports as done: the real process notices, and no backup counts that may not be there after a power cut.</summary>
public sealed class FailingDiskTests
{
    private const string Collection = "late-interaction";
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("files", "/store/.tmp", 0)]
    [InlineData("files", "/store/.tmp", 15)]
    [InlineData("folders", "/store/chunks", 0)]
    [InlineData("folders", "/store/manifests", 0)]
    [InlineData("folders", "/store", 25)]
    public async Task A_backup_whose_bytes_or_names_the_disk_did_not_confirm_is_not_complete(string what, string below, int after)
    {
        await using var site = await Site.StartAsync([Collection]);
        var disk = await FaultyDisk.WithAsync(("FSYNC", what), ("BELOW", below), ("AFTER", $"{after}"));

        var backup = await RunAsync(site, disk, "backup");

        Assert.True(backup.ExitCode is not (0 or 3), $"{backup.Results}{backup.Errors}");
        Assert.Contains("the disk did not confirm", backup.Errors, StringComparison.Ordinal);
        Assert.Empty((await site.JsonAsync("list")).GetProperty("backups").EnumerateArray());
    }

    [Theory]
    [InlineData("files", 10)]
    [InlineData("folders", 25)]
    public async Task One_flush_that_failed_once_is_enough(string what, int after)
    {
        await using var site = await Site.StartAsync([Collection]);
        var disk = await FaultyDisk.WithAsync(("FSYNC", what), ("BELOW", "/store"), ("AFTER", $"{after}"), ("COUNT", "1"));

        var backup = await RunAsync(site, disk, "backup");

        Assert.True(backup.ExitCode != 0, $"{backup.Results}{backup.Errors}");
        Assert.DoesNotContain("complete", backup.Results, StringComparison.Ordinal);
        Assert.Contains("the disk did not confirm", backup.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("granted")]
    [InlineData("unsupported")]
    public async Task A_store_on_a_file_system_without_locks_is_refused_for_writing(string answer)
    {
        await using var site = await Site.StartAsync([Collection]);
        var disk = await FaultyDisk.WithAsync(("FLOCK", answer));

        // Not even the state may be shared.
        Told.Clearly(await RunAsync(site, disk, "backup"), exitCode: 2, "no lock", "local disk");

        // The key's commands work on the store itself.
        Told.Clearly(await RunAsync(site, disk, "key", "rewrap"), exitCode: 1, "no lock", "two writers", "working locks");
        Assert.Empty((await site.JsonAsync("list")).GetProperty("backups").EnumerateArray());
    }

    [Fact]
    public async Task A_second_server_is_refused_although_the_runtimes_file_locks_are_switched_off()
    {
        await using var site = await Site.StartAsync([Collection]);
        var switchedOff = new Dictionary<string, string> { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1" };
        await using var first = await AppProcess.StartAsync(site.Files, switchedOff);

        Told.Clearly(await RunAsync(site, switchedOff, "serve", "--urls", "http://127.0.0.1:0"), exitCode: 1, "is in use by process");
    }

    [Theory]
    [InlineData("files")]
    [InlineData("folders")]
    public async Task A_key_file_that_the_disk_did_not_confirm_is_refused(string what)
    {
        await using var site = await Site.StartAsync([]);
        File.Delete(site.Files.KeyFile);
        Directory.Delete(site.Files.StoreDirectory, recursive: true);
        var disk = await FaultyDisk.WithAsync(("FSYNC", what), ("BELOW", Path.GetFileName(site.Files.Folder)), ("COUNT", "1"));

        Told.Clearly(await RunAsync(site, disk, "key", "init"), exitCode: 2, "the disk did not confirm", "lost store");
    }

    private static Task<CommandResult> RunAsync(Site site, Dictionary<string, string> environment, params string[] arguments) =>
        Installation.CommandAsync([.. arguments, .. site.Files.Options], environment);
}
