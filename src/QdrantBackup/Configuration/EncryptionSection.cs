using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Configuration;

/// <summary>Reads who can unwrap the store key.</summary>
internal static class EncryptionSection
{
    private const string Section = "Encryption";
    public const string KeyFileKey = $"{Section}:KeyFile";
    private const string RecipientsKey = $"{Section}:Recipients";
    private const string OnlyFromTheEnvironment = "must not stand in a configuration file, which is read, copied and kept under version control";

    public static EncryptionOptions Read(SettingReader reader)
    {
        if (!reader.Value<bool>(Section, fallback: true, ValueForms.Boolean))
        {
            reader.Refuse(Section, "cannot be switched off: every store is encrypted", "Leave the line out, or write true.");
        }

        if (reader.Flag($"{Section}:AllowUnencrypted", fallback: false))
        {
            reader.RefuseForm($"{Section}:AllowUnencrypted");
        }

        return new EncryptionOptions
        {
            Recipients = ReadRecipients(reader),
            AcceptKeyLoss = reader.Flag($"{Section}:AcceptKeyLoss", fallback: false),
            KeyNumber = (byte)reader.Integer($"{Section}:KeyNumber", 0, 0, byte.MaxValue),
            PassphraseMemoryMiB = (int)(reader.Value($"{Section}:PassphraseMemory", (long)PassphraseRecipient.DefaultMemoryMiB << 20, ParseMemory) >> 20),
        };
    }

    /// <summary>Whether a setting names what opens a store by itself, so that no default key file is looked for.</summary>
    public static bool OpensAStore(string key) => key is KeyFileKey
        or $"{Section}:KeyVaultKey" or $"{Section}:PassphraseFile" or $"{Section}:Passphrase" or $"{Section}:PrivateKeyFile" or $"{Section}:PrivateKey";

    private static List<RecipientOptions> ReadRecipients(SettingReader reader)
    {
        var keyFile = Single<RecipientOptions>(reader.Text(KeyFileKey, Path.IsPathFullyQualified), path => new KeyFileOptions(path));
        var vaultKey = ReadVaultKey(reader, $"{Section}:KeyVaultKey");
        var passphrase = ReadPassphrase(reader);
        var privateKey = ReadPrivateKey(reader);
        if (keyFile is null && vaultKey is null && passphrase is null && privateKey is null)
        {
            keyFile = new KeyFileOptions(EncryptionOptions.DefaultKeyFile);
        }

        var further = reader.Children(RecipientsKey).Select(number => ReadRecipient(reader, $"{RecipientsKey}:{number}"));
        RecipientOptions?[] all = [keyFile, vaultKey, .. further, passphrase, privateKey];
        return [.. all.OfType<RecipientOptions>()];
    }

    private static RecipientOptions? ReadRecipient(SettingReader reader, string key)
    {
        RecipientOptions?[] given =
        [
            Single(reader.Text(key, Path.IsPathFullyQualified), path => new KeyFileOptions(path)),
            Single(reader.Text($"{key}:KeyFile", Path.IsPathFullyQualified), path => new KeyFileOptions(path)),
            ReadVaultKey(reader, $"{key}:KeyVaultKey"),
            Single(reader.Text($"{key}:PublicKeyFile", Path.IsPathFullyQualified), path => new PublicKeyOptions(path)),
            Single(reader.Text($"{key}:PassphraseFile", Path.IsPathFullyQualified), path => new PassphraseOptions(path, text: null)),
        ];
        if (given.OfType<RecipientOptions>().Skip(1).Any())
        {
            reader.Refuse(key, "names more than one key", "Make an entry of the list for each recipient.");
        }

        return given.OfType<RecipientOptions>().FirstOrDefault();
    }

    private static VaultKeyOptions? ReadVaultKey(SettingReader reader, string key) =>
        VaultKeyAddress.TryParse(reader.Text(key, text => VaultKeyAddress.TryParse(text, out _)), out var address) ? new VaultKeyOptions(address) : null;

    private static PassphraseOptions? ReadPassphrase(SettingReader reader)
    {
        var file = reader.Text($"{Section}:PassphraseFile", Path.IsPathFullyQualified);
        var text = Secret(reader, $"{Section}:Passphrase", file);
        return file is null && text is null ? null : new PassphraseOptions(file, text);
    }

    private static PrivateKeyOptions? ReadPrivateKey(SettingReader reader)
    {
        var file = reader.Text($"{Section}:PrivateKeyFile", Path.IsPathFullyQualified);
        var text = Secret(reader, $"{Section}:PrivateKey", file);
        var passwordFile = reader.Text($"{Section}:PrivateKeyPasswordFile", Path.IsPathFullyQualified);
        var password = Secret(reader, $"{Section}:PrivateKeyPassword", passwordFile);
        return file is null && text is null ? null : new PrivateKeyOptions(file, text, passwordFile, password);
    }

    /// <summary>A secret that stands in the environment, unless a file holds it.</summary>
    private static string? Secret(SettingReader reader, string key, string? file)
    {
        var text = reader.Text(key);
        if (text is not null && reader.StandsInFile(key))
        {
            reader.RefuseSecret(key, OnlyFromTheEnvironment, $"Put it into a file of mode 0600 and name that in {key}File, or into the environment variable {SettingCatalog.Get(key).PlainEnvironmentName}.");
        }
        else if (text is not null && file is not null)
        {
            reader.RefuseSecret(key, $"is given beside {key}File", "Give one of the two: which one is meant cannot be guessed.");
        }

        return text;
    }

    private static T? Single<T>(string? text, Func<string, T> make)
        where T : class => text is null ? null : make(text);

    private static long? ParseMemory(string text) =>
        ValueForms.Size(text, (long)Argon2idParameters.MinMemoryKiB << 10, (long)Argon2idParameters.MaxMemoryKiB << 10);
}
