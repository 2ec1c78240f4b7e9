using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Tests.Keys;

namespace QdrantBackup.Tests.App;

public sealed class StoreRecipientsTests : IDisposable
{
    private readonly KeyFiles _files = new();
    private readonly Lazy<KeyVaultConnection> _vaults = new(() => throw new InvalidOperationException("no vault is configured"));

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Present_recipients_are_used_and_the_others_are_reported()
    {
        KeyFileRecipient.Create(_files.Path("there.key")).Dispose();
        using var recipients = Open(
            new KeyFileOptions(_files.Path("gone.key")),
            new KeyFileOptions(_files.Path("there.key")),
            new PublicKeyOptions(KeyFiles.PublicKey),
            new PassphraseOptions(_files.Secret("words", "some words\n"), text: null),
            new PassphraseOptions(path: null, "some words"),
            new PrivateKeyOptions(_files.PrivateKey("key-rsa-private-encrypted.pem"), text: null, _files.Secret("password", "opens the private key of the vectors\n"), password: null),
            new PrivateKeyOptions(path: null, File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem")), passwordPath: null, password: null));

        Assert.Equal(["key-file", "rsa-public", "passphrase", "passphrase", "rsa-public", "rsa-public"], recipients.All.Select(recipient => recipient.Kind));
        Assert.Contains("gone.key", Assert.Single(recipients.Problems).Message, StringComparison.Ordinal);
        Assert.Same(recipients.All, recipients.ThatOpen());
    }

    [Fact]
    public void If_no_recipient_opens_the_problem_of_each_is_reported()
    {
        using var recipients = Open(new KeyFileOptions(_files.Path("gone.key")), new PublicKeyOptions(KeyFiles.PublicKey));

        var e = Assert.Throws<UsageException>(recipients.ThatOpen);

        Assert.Contains("gone.key", e.Message, StringComparison.Ordinal);
        Assert.Contains("only wraps", e.Message, StringComparison.Ordinal);
        Assert.Contains("key init", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_to_a_vault_is_opened_only_if_one_is_configured()
    {
        Assert.True(VaultKeyAddress.TryParse("https://v.vault.azure.net/keys/store", out var address));

        Assert.Throws<InvalidOperationException>(() => Open(new VaultKeyOptions(address)));
    }

    private RecipientSet Open(params RecipientOptions[] recipients) =>
        StoreRecipients.Open(new EncryptionOptions { Recipients = recipients }, _vaults, TimeProvider.System);
}
