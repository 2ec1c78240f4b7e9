using Microsoft.Extensions.Configuration;
using QdrantBackup.Configuration;

namespace QdrantBackup.Tests.Configuration;

public sealed class EncryptionSectionTests
{
    private const string VaultKey = "https://v.vault.azure.net/keys/store";
    private const string Planted = "planted-secret-in-a-configuration";

    [Fact]
    public void Recipients_are_tried_in_the_order_of_what_they_cost()
    {
        var options = Configured.Read(
            ("Encryption:PrivateKeyFile", "/k/private.pem"), ("Encryption:PassphraseFile", "/k/words"), ("Encryption:KeyVaultKey", VaultKey), ("Encryption:KeyFile", "/k/a"),
            ("Encryption:Recipients:0", "/k/b"), ("Encryption:Recipients:1:KeyFile", "/k/c"), ("Encryption:Recipients:2:PublicKeyFile", "/k/public.pem"),
            ("Encryption:Recipients:3:PassphraseFile", "/k/words2"), ("Encryption:Recipients:4:KeyVaultKey", $"{VaultKey}2/0123")).Encryption;

        Assert.Equal(
            ["/k/a", VaultKey, "/k/b", "/k/c", "/k/public.pem", "/k/words2", $"{VaultKey}2/0123", "/k/words", "/k/private.pem"],
            options.Recipients.Select(recipient => recipient switch
            {
                KeyFileOptions file => file.Path,
                VaultKeyOptions key => key.Address.ToString(),
                PublicKeyOptions key => key.Path,
                PassphraseOptions passphrase => passphrase.Path,
                PrivateKeyOptions key => key.Path,
                _ => null,
            }));
        Assert.Equal((false, 0, 256), (options.AcceptKeyLoss, options.KeyNumber, options.PassphraseMemoryMiB));
    }

    [Theory]
    [InlineData("Encryption:KeyVaultKey", VaultKey)]
    [InlineData("Encryption:PassphraseFile", "/k/words")]
    [InlineData("Encryption:Passphrase", "six words")]
    [InlineData("Encryption:PrivateKeyFile", "/k/private.pem")]
    [InlineData("Encryption:PrivateKey", "-----BEGIN PRIVATE KEY-----")]
    public void Whatever_opens_a_store_takes_the_place_of_the_default_key_file(string key, string value)
    {
        Assert.IsNotType<KeyFileOptions>(Assert.Single(Configured.Read((key, value)).Encryption.Recipients));
        Assert.DoesNotContain(
            ConfigurationReport.Create(Configured.From([.. Configured.Minimal, (key, value)])).Entries, entry => entry.Key == "Encryption:KeyFile");
    }

    [Fact]
    public void A_public_key_leaves_the_default_key_file_in_its_place() =>
        Assert.Equal(2, Configured.Read(("Encryption:Recipients:0:PublicKeyFile", "/k/public.pem")).Encryption.Recipients.Count);

    [Theory]
    [InlineData("Encryption:Passphrase", "QDRANT_BACKUP_PASSPHRASE")]
    [InlineData("Encryption:PrivateKey", "QDRANT_BACKUP_PRIVATE_KEY")]
    [InlineData("Encryption:PrivateKeyPassword", "QDRANT_BACKUP_PRIVATE_KEY_PASSWORD")]
    public void A_secret_is_taken_from_the_environment_and_from_no_file(string key, string variable)
    {
        var member = char.ToLowerInvariant(key.Split(':')[1][0]) + key.Split(':')[1][1..];
        var inFile = Configured.FromFile($"backup:\n  cluster: {{ name: demo }}\n  storage: {{ local: /srv/b }}\n  encryption: {{ {member}: {Planted} }}\n");
        var problem = Assert.Single(Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(inFile)).Problems);
        Assert.Contains(variable, problem.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, problem.ToString(), StringComparison.Ordinal);

        var environment = new ConfigurationBuilder().AddInMemoryCollection([new(variable, Planted)]).Build();
        var configuration = new ConfigurationBuilder().AddConfiguration(Configured.From(Configured.Minimal)).AddBackupEnvironment(environment).Build();
        Assert.NotEmpty(BackupOptionsReader.Read(configuration).Encryption.Recipients);
        var shown = ConfigurationReport.Create(configuration).Entries.Single(entry => entry.Key == key);
        Assert.Equal(("***", $"environment variable {variable}"), (shown.Value, shown.Origin));
    }

    [Theory]
    [InlineData("Encryption:KeyVaultKey", "http://v.vault.azure.net/keys/store")]
    [InlineData("Encryption:KeyVaultKey", "https://v.vault.azure.net/secrets/store")]
    [InlineData("Encryption:Recipients:0:KeyVaultKey", "store")]
    [InlineData("Encryption:Recipients:0:PublicKeyFile", "public.pem")]
    [InlineData("Encryption:PassphraseFile", "words")]
    [InlineData("Encryption:PassphraseMemory", "63MiB")]
    [InlineData("Encryption:PassphraseMemory", "2GiB")]
    [InlineData("Encryption:KeyNumber", "256")]
    [InlineData("Encryption:KeyNumber", "-1")]
    public void What_is_no_key_is_refused(string key, string value) => Assert.Contains(Configured.ProblemsOf((key, value)), problem => problem.Key == key);

    [Fact]
    public void An_entry_that_names_two_keys_and_a_secret_beside_its_file_are_refused()
    {
        Assert.Contains(
            "more than one", Assert.Single(Configured.ProblemsOf(("Encryption:Recipients:0:KeyFile", "/k/a"), ("Encryption:Recipients:0:PublicKeyFile", "/k/b"))).Expected, StringComparison.Ordinal);
        var both = Assert.Single(Configured.ProblemsOf(("Encryption:PassphraseFile", "/k/a"), ("Encryption:Passphrase", Planted)));
        Assert.DoesNotContain(Planted, both.ToString(), StringComparison.Ordinal);
    }
}
