using QdrantBackup.Cli;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.EndToEnd;

namespace QdrantBackup.Integration.Tests.Keys;

/// <summary>The machine that made the backups is gone, its key file too. What is left is the store's directory and one recipient from the safe.</summary>
public sealed class BreakGlassTests
{
    private const string Collection = "late-interaction";

    [Fact]
    public async Task An_offline_private_key_and_the_store_are_enough_to_list_verify_and_restore()
    {
        await using var site = await Site.StartAsync([Collection]);
        var before = site.Qdrant.CollectionSha256(Collection);
        Assert.Equal(0, await CommandLine.RunAsync(["key", "add-recipient", "--public-key", KeyMachine.PublicKey, .. site.Files.Options], TextWriter.Null, TextWriter.Null));
        var id = await site.BackUpAsync();
        File.Delete(site.Files.KeyFile);
        File.Delete(site.Files.Config);
        Directory.Delete(site.Files.StateDirectory, recursive: true);
        using var machine = new KeyMachine();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Backup__Cluster__Name"] = "harness",
            ["Backup__Qdrant__Url"] = site.Qdrant.Address.ToString(),
            ["Backup__Storage__Local"] = site.Files.StoreDirectory,
            ["Backup__Encryption__PrivateKeyFile"] = machine.PrivateKey(),
            ["QDRANT_BACKUP_PRIVATE_KEY_PASSWORD"] = KeyMachine.PrivateKeyPassword,
        };

        var list = await RunAsync("list");
        var verify = await RunAsync("verify", id);
        var restore = await RunAsync("restore", "--latest", "--full", "--suffix", "-back");

        Assert.Contains(id, list.Results, StringComparison.Ordinal);
        Assert.Contains("complete", verify.Results, StringComparison.Ordinal);
        Assert.Contains("complete", restore.Results, StringComparison.Ordinal);
        Assert.Equal(before, site.Qdrant.CollectionSha256(Collection + "-back"));

        async Task<CommandResult> RunAsync(params string[] arguments)
        {
            var result = await Installation.CommandAsync([.. arguments, "--state-dir", machine.State], environment);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Errors}{result.Results}");
            return result;
        }
    }

    [Fact]
    public async Task A_passphrase_in_the_environment_opens_a_store_and_stands_nowhere()
    {
        const string Passphrase = "planted words that nobody else would choose";
        using var machine = new KeyMachine("passphraseMemory: 64MiB");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["QDRANT_BACKUP_PASSPHRASE"] = Passphrase };

        var init = await Installation.CommandAsync(["key", "init", .. machine.Options], environment);
        machine.Configure($"passphraseFile: {machine.Secret("words", Passphrase + "\n")}");
        var test = await machine.SucceedAsync("key", "test");

        Assert.True(init.ExitCode == 0, init.Errors);
        Assert.Matches("passphrase +yes", test.Results);
        var secrets = new Secrets();
        secrets.Add("the passphrase", Passphrase);
        Assert.Empty(secrets.Below(machine.StoreDirectory).Concat(secrets.Below(machine.State)));
        Assert.Empty(secrets.In("what was printed", string.Concat(init.Results, init.Errors, test.Results, test.Errors)));
    }
}
