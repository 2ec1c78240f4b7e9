using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Cryptography;
using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Finds keys by their addresses: what Azure's <c>KeyResolver</c> does, by the REST API alone.</summary>
public sealed class KeyVaultKeyResolver : IKeyEncryptionKeyResolver
{
    private readonly TokenCredential _credential;
    private readonly KeyVaultClientOptions _options;
    private readonly ConcurrentDictionary<Uri, KeyVaultClient> _vaults = new();

    /// <summary>Reaches vaults with an identity.</summary>
    public KeyVaultKeyResolver(TokenCredential credential)
        : this(credential, new KeyVaultClientOptions())
    {
    }

    internal KeyVaultKeyResolver(TokenCredential credential, KeyVaultClientOptions options) => (_credential, _options) = (credential, options);

    /// <inheritdoc/>
    public IKeyEncryptionKey Resolve(string keyId, CancellationToken cancellationToken = default) =>
        VaultKeyAddress.TryParse(keyId, out var address)
            ? new KeyVaultKey(address, _vaults.GetOrAdd(address.Vault, vault => new KeyVaultClient(vault, _credential, _options)))
            : throw new UsageException($"'{keyId}' is no address of a key in a vault", "Write it like https://my-vault.vault.azure.net/keys/my-key.");

    /// <inheritdoc/>
    public Task<IKeyEncryptionKey> ResolveAsync(string keyId, CancellationToken cancellationToken = default) => Task.FromResult(Resolve(keyId, cancellationToken));
}
