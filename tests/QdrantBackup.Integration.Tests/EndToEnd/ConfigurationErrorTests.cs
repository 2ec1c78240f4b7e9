using QdrantBackup.Harness;
using QdrantBackup.Keys;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Keys, stores and configurations that do not fit: refused before anything is done.</summary>
public sealed class ConfigurationErrorTests(BackedUpSite backedUp) : IClassFixture<BackedUpSite>
{
    private const string LastLine = "  schedule:";

    [Fact]
    public async Task Another_key_file_is_refused()
    {
        using var folder = new TempFolder();
        KeyFileRecipient.Create(folder.File("other.key")).Dispose();

        var result = await backedUp.RunWithAsync(backedUp.Site.Files.KeyFile, folder.File("other.key"), "list");

        Told.Clearly(result, exitCode: 2, "key file that the store was made with");
    }

    [Fact]
    public async Task A_missing_key_file_is_named()
    {
        var missing = backedUp.Site.Files.KeyFile + ".gone";

        var result = await backedUp.RunWithAsync(backedUp.Site.Files.KeyFile, missing, "backup");

        Told.Clearly(result, exitCode: 2, missing, "key init");
        await backedUp.AssertNothingIsLostAsync();
    }

    [Fact]
    public async Task Another_store_than_the_pinned_one_is_refused()
    {
        var pins = $"  store: {{ id: 00000000-0000-4000-8000-000000000001, keyId: {backedUp.Site.Pins.KeyId} }}\n{LastLine}";

        var result = await backedUp.RunWithAsync(LastLine, pins, "backup");

        Told.Clearly(result, exitCode: 4, "pinned", backedUp.Site.Pins.StoreId.ToString());
    }

    [Fact]
    public async Task Another_key_than_the_pinned_one_is_refused()
    {
        var pins = $"  store: {{ id: {backedUp.Site.Pins.StoreId}, keyId: {new string('0', 32)} }}\n{LastLine}";

        var result = await backedUp.RunWithAsync(LastLine, pins, "list");

        Told.Clearly(result, exitCode: 4, "pinned", new string('0', 32));
    }

    [Fact]
    public async Task The_pinned_store_and_key_are_taken()
    {
        var pins = $"  store: {{ id: {backedUp.Site.Pins.StoreId}, keyId: {backedUp.Site.Pins.KeyId} }}\n{LastLine}";

        var result = await backedUp.RunWithAsync(LastLine, pins, "list");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains(backedUp.BackupId, result.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_no_store_is_told()
    {
        using var folder = new TempFolder();

        var result = await backedUp.RunWithAsync(backedUp.Site.Files.StoreDirectory, folder.Path, "backup");

        Told.Clearly(result, exitCode: 1, "not a backup store", "key init");
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Every_problem_of_a_configuration_is_named_at_once()
    {
        const string Wrong = "  maxParallelParts: many\n  verification: perhaps\n  retenton: { daily: 7 }\n  schedule: { daily: \"99 * * * *\" }\n  unused:";

        var check = await backedUp.RunWithAsync(LastLine, Wrong, "config", "check");
        Told.Clearly(check, exitCode: 2, "MaxParallelParts", "many", "Verification", "perhaps", "Retenton", "Retention", "Schedule:daily", "99");

        Told.Clearly(await backedUp.RunWithAsync(LastLine, Wrong, "backup"), exitCode: 2, "MaxParallelParts");
        Told.Clearly(await backedUp.RunWithAsync(LastLine, Wrong, "serve", "--urls", "http://127.0.0.1:0"), exitCode: 2, "MaxParallelParts");
    }

    [Fact]
    public async Task A_connection_string_in_the_wrong_place_is_refused_without_showing_its_key()
    {
        const string Key = "cGxhbnRlZC1hY2NvdW50LWtleQ==";
        var connection = $"remote: \"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={Key};EndpointSuffix=core.windows.net\"";

        var result = await backedUp.RunWithAsync($"local: \"{backedUp.Site.Files.StoreDirectory}\"", connection, "backup");

        Told.Clearly(result, exitCode: 2, "Storage:Remote", "blob.core.windows.net");
        Assert.DoesNotContain(Key, result.Errors + result.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rsync_line_of_the_original_specification_is_refused_with_the_line_to_put_in_its_place()
    {
        using var folder = new TempFolder();
        const string Original = """
            backup:
              cluster: { name: prod }
              schedule:  { daily: "0 2 * * *", weekly: "0 1 * * 0" }
              retention: { daily: 7, weekly: 4, monthly: 12 }
              storage:   { local: "/opt/qdrant/backups/", remote: "rsync://backup-server/qdrant/" }
              compression: true
              encryption: true
              verification: true
            """;
        await File.WriteAllTextAsync(folder.File("backup.yaml"), Original, TestContext.Current.CancellationToken);

        var result = await Installation.CommandAsync(["config", "check", "--config", folder.File("backup.yaml")]);

        Told.Clearly(result, exitCode: 2, "rsync", "remote:", "blob.core.windows.net");
        var corrected = Original.Replace("rsync://backup-server/qdrant/", "https://acct.blob.core.windows.net/qdrant", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("backup.yaml"), corrected, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await Installation.CommandAsync(["config", "check", "--config", folder.File("backup.yaml")])).ExitCode);
    }

    [Fact]
    public async Task A_second_key_init_refuses_and_changes_nothing()
    {
        var key = await File.ReadAllTextAsync(backedUp.Site.Files.KeyFile, TestContext.Current.CancellationToken);

        var result = await backedUp.Site.RunAsync("key", "init");

        Assert.NotEqual(0, result.ExitCode);
        Told.Clearly(result, result.ExitCode, backedUp.Site.Files.StoreDirectory);
        Assert.Equal(key, await File.ReadAllTextAsync(backedUp.Site.Files.KeyFile, TestContext.Current.CancellationToken));
        await backedUp.AssertNothingIsLostAsync();
    }
}
