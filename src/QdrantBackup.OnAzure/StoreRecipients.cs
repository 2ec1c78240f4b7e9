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
        PrivateKeyOptions { Path: { } path } key => WithPassword(key, password => RsaRecipient.LoadPrivate(path, password, time)),
        PrivateKeyOptions { Text: { } text } key => WithPassword(key, password => RsaRecipient.FromPrivateText(text, "Encryption:PrivateKey", password, time)),
        _ => throw new ArgumentException($"{recipient.GetType().Name} names no key", nameof(recipient)),
    };

    /// <summary>Opens with the password that was meant, or else with the bytes that earlier versions took for it.</summary>
    private static RsaRecipient WithPassword(PrivateKeyOptions key, Func<string?, RsaRecipient> open)
    {
        if (key is { PasswordPath: null, Password: null })
        {
            return open(null);
        }

        using var line = key.PasswordPath is { } path ? SecretLine.Read(path, "password file", MaxPasswordBytes) : SecretLine.Of(key.Password!);
        if (line.Meant is not { } meant)
        {
            return open(Encoding.UTF8.GetString(line.AsItStands!));
        }

        try
        {
            return open(Encoding.UTF8.GetString(meant));
        }
        catch (UsageException) when (line.AsItStands is not null)
        {
            if (TryOpen(open, Encoding.UTF8.GetString(line.AsItStands)) is { } opened)
            {
                return opened;
            }

            throw;
        }
    }

    private static RsaRecipient? TryOpen(Func<string?, RsaRecipient> open, string password)
    {
        try
        {
            return open(password);
        }
        catch (UsageException)
        {
            return null;
        }
    }
}
