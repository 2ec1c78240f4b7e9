using QdrantBackup.Keys;

namespace QdrantBackup.Configuration;

/// <summary>Who can unwrap the store key, and how new bytes are encrypted.</summary>
public sealed class EncryptionOptions
{
    /// <summary>Where the key file is looked for unless anything else that opens a store is configured.</summary>
    public const string DefaultKeyFile = "/opt/qdrant/config/backup.key";

    /// <summary>The recipients at hand, in the order in which they are tried: what costs nothing first.</summary>
    public required IReadOnlyList<RecipientOptions> Recipients { get; init; }

    /// <summary>Whether a store in the cloud may have one recipient only.</summary>
    public bool AcceptKeyLoss { get; init; }

    /// <summary>Which of the store's encryption keys new bytes are sealed with; raised when one has leaked.</summary>
    public byte KeyNumber { get; init; }

    /// <summary>The memory that deriving a key from a passphrase takes when a store key is wrapped, in MiB.</summary>
    public int PassphraseMemoryMiB { get; init; } = PassphraseRecipient.DefaultMemoryMiB;
}

/// <summary>One recipient, as configured. Classes rather than records, because a record prints its members and some of these are secrets (W5).</summary>
public abstract class RecipientOptions
{
    private protected RecipientOptions()
    {
    }
}

/// <summary>A key file.</summary>
public sealed class KeyFileOptions(string path) : RecipientOptions
{
    /// <summary>Its absolute path.</summary>
    public string Path { get; } = path;
}

/// <summary>A key in a vault.</summary>
public sealed class VaultKeyOptions(VaultKeyAddress address) : RecipientOptions
{
    /// <summary>Where it is.</summary>
    public VaultKeyAddress Address { get; } = address;
}

/// <summary>A public key whose private half is offline. It only wraps.</summary>
public sealed class PublicKeyOptions(string path) : RecipientOptions
{
    /// <summary>The absolute path of its PEM file.</summary>
    public string Path { get; } = path;
}

/// <summary>A passphrase, in a file or in the environment.</summary>
public sealed class PassphraseOptions(string? path, string? text) : RecipientOptions
{
    /// <summary>The absolute path of the file whose first line it is.</summary>
    public string? Path { get; } = path;

    /// <summary>The passphrase itself, where no file is named; a secret.</summary>
    public string? Text { get; } = text;
}

/// <summary>The private half of a public key, brought out to open a store when nothing else does.</summary>
public sealed class PrivateKeyOptions(string? path, string? text, string? passwordPath, string? password) : RecipientOptions
{
    /// <summary>The absolute path of its PEM file.</summary>
    public string? Path { get; } = path;

    /// <summary>The PEM itself, where no file is named; a secret.</summary>
    public string? Text { get; } = text;

    /// <summary>The absolute path of a file whose first line opens the PEM if that is encrypted.</summary>
    public string? PasswordPath { get; } = passwordPath;

    /// <summary>The password itself, where no file is named; a secret.</summary>
    public string? Password { get; } = password;
}
