using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Usage;

namespace QdrantBackup.App.Stores;

/// <summary>Registers the store and its keys.</summary>
internal static class StoreRegistration
{
    public static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddKeyVault()
        .AddSingleton<StoreConnection>()
        .AddSingleton<StoreReadiness>()
        .AddSingleton<KeyChecks>()
        .AddSingleton(provider => new PerStore<StoreUsage>(
            provider.GetRequiredService<StoreConnection>(),
            opened => new StoreUsage(opened.Store, opened.Catalog, provider.GetRequiredService<TimeProvider>())));
}
