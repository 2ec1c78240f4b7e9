using Azure.Core;
using Azure.Core.Cryptography;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>The app's way to keys in vaults.</summary>
public static class KeyVaultServices
{
    /// <summary>
    /// Adds a <see cref="KeyVaultConnection"/>, made when a vault is first needed. An <see cref="IKeyEncryptionKeyResolver"/> or <see cref="TokenCredential"/> that was
    /// registered before takes the place of this project's client and of the environment's identity.
    /// </summary>
    public static IServiceCollection AddKeyVault(this IServiceCollection services)
    {
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        services.TryAddSingleton<IKeyEncryptionKeyResolver>(p => new KeyVaultKeyResolver(p.GetRequiredService<TokenCredential>()));
        services.AddSingleton(p => new Lazy<KeyVaultConnection>(() => new KeyVaultConnection(
            p.GetRequiredService<TokenCredential>(), p.GetRequiredService<IKeyEncryptionKeyResolver>())));
        return services;
    }
}
