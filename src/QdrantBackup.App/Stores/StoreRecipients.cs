using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;

namespace QdrantBackup.App.Stores;

/// <summary>Takes up recipients of a store's key as configuration names them.</summary>
public static class StoreRecipients
{
    /// <summary>Takes up every recipient that can be. Nothing is asked of a vault yet.</summary>
    public static RecipientSet Open(EncryptionOptions options, Lazy<KeyVaultConnection> vaults, TimeProvider time)
    {
        var recipients = new List<IStoreKeyRecipient>();
        var problems = new List<UsageException>();
        foreach (var configured in options.Recipients)
        {
            try
            {
                recipients.Add(Open(configured, options.PassphraseMemoryMiB, vaults, time));
            }
            catch (UsageException e)
            {
                problems.Add(e);
            }
        }

        return new RecipientSet(recipients, problems);
    }

    /// <summary>Takes up one recipient.</summary>
    /// <exception cref="UsageException">Its file is not there, or is not what it should be.</exception>
    public static IStoreKeyRecipient Open(RecipientOptions recipient, int passphraseMemoryMiB, Lazy<KeyVaultConnection> vaults, TimeProvider time) => recipient switch
    {
        KeyFileOptions file => KeyFileRecipient.Load(file.Path, time),
        VaultKeyOptions key => new KeyVaultRecipient(key.Address, vaults.Value, time),
        PublicKeyOptions key => RsaRecipient.LoadPublic(key.Path, time),
        PassphraseOptions { Path: { } path } => PassphraseRecipient.Load(path, passphraseMemoryMiB, time),
        PassphraseOptions { Text: { } text } => PassphraseRecipient.FromText(text, "Encryption:Passphrase", passphraseMemoryMiB, time),
        PrivateKeyOptions { Path: { } path } key => KeyPassword.Open(key.PasswordPath, key.Password, password => RsaRecipient.LoadPrivate(path, password, time)),
        PrivateKeyOptions { Text: { } text } key => KeyPassword.Open(key.PasswordPath, key.Password, password => RsaRecipient.FromPrivateText(text, "Encryption:PrivateKey", password, time)),
        _ => throw new ArgumentException($"{recipient.GetType().Name} names no key", nameof(recipient)),
    };
}
