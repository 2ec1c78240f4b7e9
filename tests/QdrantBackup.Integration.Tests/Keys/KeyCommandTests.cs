using QdrantBackup.Integration.Tests.EndToEnd;

namespace QdrantBackup.Integration.Tests.Keys;

/// <summary>The life of a store's key, by the commands of docs/keys.md.</summary>
public sealed class KeyCommandTests
{
    [Fact]
    public async Task A_store_is_made_shown_and_tested()
    {
        using var machine = new KeyMachine();

        var init = await machine.SucceedAsync("key", "init");

        Assert.Matches("^  store: { id: [0-9a-f-]{36}, keyId: [0-9a-f]{32} }\n$", init.Results);
        Assert.Contains("one recipient", init.Errors, StringComparison.Ordinal);
        Assert.Contains($"made the key file {machine.KeyFile}", init.Errors, StringComparison.Ordinal);
        var shown = Assert.Single(await machine.RecipientsAsync("show"));
        Assert.Equal(("key-file", true), (shown.GetProperty("kind").GetString(), shown.GetProperty("authentic").GetBoolean()));
        Assert.Equal("yes", Assert.Single(await machine.RecipientsAsync("test")).GetProperty("opens").GetString(), ignoreCase: true);
        var test = await machine.SucceedAsync("key", "test");
        Assert.Matches("^ID +KIND +OPENS", test.Results.TrimStart());
        Assert.Contains("warning: the store has one recipient", test.Errors, StringComparison.Ordinal);
        Told.Clearly(await machine.RunAsync("key", "init"), exitCode: 4, "not empty");
    }

    [Fact]
    public async Task A_key_file_is_rotated_by_adding_the_new_one_and_removing_the_old_one()
    {
        using var machine = new KeyMachine();
        await machine.SucceedAsync("key", "init");
        var old = Assert.Single(await machine.RecipientsAsync("show")).GetProperty("id").GetString()!;

        var added = await machine.SucceedAsync("key", "add-recipient", "--key-file", machine.File("new.key"));
        Told.Clearly(await machine.RunAsync("key", "remove-recipient", old), exitCode: 4, "could be shown to open", "key test");
        machine.Configure($"keyFile: {machine.File("new.key")}");
        await machine.SucceedAsync("key", "test");
        // The new file opens the store from here: the old one may go.
        await machine.SucceedAsync("key", "remove-recipient", old);

        Assert.Equal(added.Results.Trim(), Assert.Single(await machine.RecipientsAsync("test")).GetProperty("id").GetString());
        Told.Clearly(await machine.RunAsync("key", "remove-recipient", added.Results.Trim(), "--accept-key-loss"), exitCode: 4, "last recipient");
        machine.Configure($"keyFile: {machine.KeyFile}");
        Told.Clearly(await machine.RunAsync("key", "test"), exitCode: 2, "none of the configured recipients can open", machine.KeyFile);
    }

    [Fact]
    public async Task Recipients_of_other_kinds_are_added_tested_where_they_are_and_wrapped_anew()
    {
        using var machine = new KeyMachine();
        var passphrase = machine.Secret("passphrase", "six or more random words in a row\n");
        machine.Configure($"keyFile: {machine.KeyFile}, passphraseMemory: 64MiB");
        await machine.SucceedAsync("key", "init");

        var escrow = (await machine.SucceedAsync("key", "add-recipient", "--public-key", KeyMachine.PublicKey)).Results.Trim();
        var words = (await machine.SucceedAsync("key", "add-recipient", "--passphrase-file", passphrase)).Results.Trim();

        Assert.Equal(["Yes", "NotHere", "NotHere"], await OpensAsync(machine));
        machine.Configure($"keyFile: {machine.KeyFile}, passphraseMemory: 64MiB, passphraseFile: {passphrase}, privateKeyFile: {machine.PrivateKey()}, privateKeyPasswordFile: {machine.Secret("password", KeyMachine.PrivateKeyPassword)}");
        Assert.Equal(["Yes", "Yes", "Yes"], await OpensAsync(machine));
        var rewrapped = await machine.SucceedAsync("key", "rewrap", escrow);
        Assert.Equal(escrow, rewrapped.Results.Trim());
        Told.Clearly(await machine.RunAsync("key", "rewrap", "nobody"), exitCode: 2, "nobody");
        var all = await machine.SucceedAsync("key", "rewrap");
        Assert.Equal(3, all.Results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(["Yes", "Yes", "Yes"], await OpensAsync(machine));
        Assert.DoesNotContain(await machine.RecipientsAsync("show"), r => r.GetProperty("id").GetString() == words);

        static async Task<string[]> OpensAsync(KeyMachine machine) =>
            [.. (await machine.RecipientsAsync("test")).OrderBy(r => r.GetProperty("kind").GetString(), StringComparer.Ordinal).Select(r => r.GetProperty("opens").GetString()!)];
    }

    [Fact]
    public async Task A_configured_recipient_that_does_not_open_the_store_fails_the_test_and_is_named()
    {
        using var machine = new KeyMachine();
        machine.Configure($"keyFile: {machine.KeyFile}, recipients: [ {machine.File("second.key")} ]");
        await machine.SucceedAsync("key", "init");
        File.Delete(machine.File("second.key"));

        var result = await machine.RunAsync("key", "test");

        Told.Clearly(result, exitCode: 1, machine.File("second.key"));
        Assert.Contains("yes", result.Results, StringComparison.Ordinal);
        Assert.Contains("not here", result.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_store_with_one_recipient_is_refused_before_anything_is_made()
    {
        using var machine = new KeyMachine(storage: "remote: \"https://account.blob.core.windows.net/qdrant\"");

        Told.Clearly(await machine.RunAsync("key", "init"), exitCode: 4, "every backup is lost", "--accept-key-loss", "publicKeyFile");

        Assert.False(File.Exists(machine.KeyFile));
    }

    [Fact]
    public async Task A_store_whose_second_recipient_cannot_be_taken_up_is_not_made()
    {
        using var machine = new KeyMachine();
        machine.Configure($"keyFile: {machine.KeyFile}, recipients: [ {{ publicKeyFile: {machine.File("escrow-public.pem")} }} ]");

        Told.Clearly(await machine.RunAsync("key", "init"), exitCode: 2, "escrow-public.pem");

        Assert.False(Directory.Exists(machine.StoreDirectory));
        File.Copy(KeyMachine.PublicKey, machine.File("escrow-public.pem"));
        await machine.SucceedAsync("key", "init");
    }

    [Theory]
    [InlineData(2, "takes one recipient")]
    [InlineData(2, "takes one recipient", "--key-file", "a", "--public-key", "b")]
    [InlineData(2, "no address of a key", "--key-vault-key", "vault/keys/x")]
    [InlineData(2, "cannot be read", "--public-key", "nowhere.pem")]
    public async Task A_wrong_recipient_is_refused_and_the_store_is_as_it_was(int exitCode, string word, params string[] options)
    {
        using var machine = new KeyMachine();
        await machine.SucceedAsync("key", "init");

        Told.Clearly(await machine.RunAsync(["key", "add-recipient", .. options]), exitCode, word);

        Assert.Single(await machine.RecipientsAsync("show"));
    }

    [Fact]
    public async Task Without_any_key_a_store_shows_its_recipients_and_says_that_nobody_vouches_for_them()
    {
        using var machine = new KeyMachine();
        await machine.SucceedAsync("key", "init");
        File.Delete(machine.KeyFile);

        var shown = await machine.SucceedAsync("key", "show");

        Assert.Contains("not checked", shown.Results, StringComparison.Ordinal);
        Assert.Contains("not authenticated", shown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_is_shown_with_its_origins_and_without_its_secrets()
    {
        const string Password = "planted-password-of-a-key";
        using var machine = new KeyMachine();
        machine.Configure($"keyVaultKey: https://v.vault.azure.net/keys/store, keyNumber: 3, recipients: [ {{ publicKeyFile: {KeyMachine.PublicKey} }} ]");

        var shown = await machine.SucceedAsync("config", "show");
        machine.Configure($"passphrase: {Password}");
        var refused = await machine.RunAsync("config", "show");

        Assert.Matches(@"Encryption:KeyVaultKey +https://v\.vault\.azure\.net/keys/store +.*backup\.yaml, line 4", shown.Results);
        Assert.Contains("Encryption:Recipients:0:PublicKeyFile", shown.Results, StringComparison.Ordinal);
        Assert.DoesNotContain("/opt/qdrant/config/backup.key", shown.Results, StringComparison.Ordinal);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("***", refused.Results, StringComparison.Ordinal);
        Assert.Contains("QDRANT_BACKUP_PASSPHRASE", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, refused.Results + refused.Errors, StringComparison.Ordinal);
    }
}
