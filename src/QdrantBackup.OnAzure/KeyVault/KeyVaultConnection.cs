using Azure.Core;
using Azure.Core.Cryptography;
using Azure.Identity;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>
/// How keys in vaults are reached: by which identity, and by whose client they wrap and unwrap. That client stands behind
/// <see cref="IKeyEncryptionKeyResolver"/>, Azure's own port, so that the vendor's <c>KeyResolver</c> with its <c>CryptographyClient</c> can take the place
/// of <see cref="KeyVaultKeyResolver"/> by one registration.
/// </summary>
public sealed class KeyVaultConnection
{
    private readonly TokenCredential _credential;
    private readonly KeyVaultClientOptions _options;

    /// <summary>Connects with an identity; <paramref name="resolver"/> wraps and unwraps, by default the client of this project.</summary>
    public KeyVaultConnection(TokenCredential credential, IKeyEncryptionKeyResolver? resolver = null)
        : this(credential, resolver, new KeyVaultClientOptions())
    {
    }

    internal KeyVaultConnection(TokenCredential credential, IKeyEncryptionKeyResolver? resolver, KeyVaultClientOptions options)
    {
        _credential = credential;
        _options = options;
        Keys = resolver ?? new KeyVaultKeyResolver(credential, options);
    }

    /// <summary>Connects with whatever identity the environment offers, when a vault is first needed.</summary>
    public static Lazy<KeyVaultConnection> OfEnvironment() => new(() => new KeyVaultConnection(new DefaultAzureCredential()));

    internal IKeyEncryptionKeyResolver Keys { get; }

    /// <summary>The longest that one operation may take.</summary>
    internal TimeSpan Patience => _options.Patience;

    /// <summary>A client of one vault.</summary>
    internal KeyVaultClient Open(Uri vault) => new(vault, _credential, _options);
}
