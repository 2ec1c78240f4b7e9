using Azure.Core.Cryptography;
using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>A key in a vault, in one version, behind the port of Azure's SDKs. It never leaves the vault.</summary>
internal sealed class KeyVaultKey(VaultKeyAddress address, KeyVaultClient vault) : IKeyEncryptionKey
{
    public string KeyId => address.ToString();

    public Task<byte[]> WrapKeyAsync(string algorithm, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        vault.WrapAsync(address, algorithm, key, cancellationToken);

    public Task<byte[]> UnwrapKeyAsync(string algorithm, ReadOnlyMemory<byte> encryptedKey, CancellationToken cancellationToken = default) =>
        vault.UnwrapAsync(address, algorithm, encryptedKey, cancellationToken);

    public byte[] WrapKey(string algorithm, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        WrapKeyAsync(algorithm, key, cancellationToken).GetAwaiter().GetResult();

    public byte[] UnwrapKey(string algorithm, ReadOnlyMemory<byte> encryptedKey, CancellationToken cancellationToken = default) =>
        UnwrapKeyAsync(algorithm, encryptedKey, cancellationToken).GetAwaiter().GetResult();
}
