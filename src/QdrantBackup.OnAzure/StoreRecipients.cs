using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;

namespace QdrantBackup.OnAzure;

/// <summary>Takes up recipients of a store's key as configuration names them.</summary>
public static class StoreRecipients
{
    private const int MaxPasswordBytes = 1024;

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
        PrivateKeyOptions { Path: { } path } key => RsaRecipient.LoadPrivate(path, PasswordOf(key), time),
        PrivateKeyOptions { Text: { } text } key => RsaRecipient.FromPrivateText(text, "Encryption:PrivateKey", PasswordOf(key), time),
        _ => throw new ArgumentException($"{recipient.GetType().Name} names no key", nameof(recipient)),
    };

    private static string? PasswordOf(PrivateKeyOptions key)
    {
        if (key.PasswordPath is not { } path)
        {
            return key.Password;
        }

        var password = SecretFile.ReadLine(path, "password file", MaxPasswordBytes);
        try
        {
            return Encoding.UTF8.GetString(password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }
}
