using Azure.Core;
using Azure.Core.Cryptography;
using Azure.Security.KeyVault.Keys.Cryptography;
using Microsoft.Extensions.DependencyInjection;

namespace QdrantBackup.Functions;

/// <summary>Azure's own client of Key Vault wraps and unwraps the store key; registered first, it takes the place of this repository's.</summary>
internal static partial class HostServices
{
    static partial void AddKeyVaultKeys(IServiceCollection services) =>
        services.AddSingleton<IKeyEncryptionKeyResolver>(p => new CryptographyClients(p.GetRequiredService<TokenCredential>()));

    private sealed class CryptographyClients(TokenCredential credential) : IKeyEncryptionKeyResolver
    {
        public IKeyEncryptionKey Resolve(string keyId, CancellationToken cancellationToken = default) => new CryptographyClient(new Uri(keyId), credential);

        public Task<IKeyEncryptionKey> ResolveAsync(string keyId, CancellationToken cancellationToken = default) => Task.FromResult(Resolve(keyId, cancellationToken));
    }
}
