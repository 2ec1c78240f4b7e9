using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Stores;

/// <summary>A feature's services on the opened store. They are made once for each store that this process opens, and live as long as it.</summary>
/// <typeparam name="T">The feature's services.</typeparam>
public sealed class PerStore<T>(StoreConnection connection, Func<OpenedStore, T> make)
    where T : class
{
    private readonly ConditionalWeakTable<OpenedStore, T> _made = [];

    /// <summary>On the first store.</summary>
    public async ValueTask<T> OpenAsync(CancellationToken cancellationToken) => On(await connection.OpenAsync(cancellationToken));

    /// <summary>On the first store or, when that is away, on the second.</summary>
    public async ValueTask<T> OpenReadableAsync(CancellationToken cancellationToken) => On(await connection.OpenReadableAsync(cancellationToken));

    /// <summary>On the store that has the run's records.</summary>
    public async ValueTask<T> OpenForRunAsync(RunId runId, CancellationToken cancellationToken) => On(await connection.OpenForRunAsync(runId, cancellationToken));

    /// <summary>On a store that is open.</summary>
    public T On(OpenedStore store) => _made.GetValue(store, opened => make(opened));
}

/// <summary>Registers services that live on an opened store.</summary>
internal static class PerStoreRegistration
{
    /// <summary>Adds <see cref="PerStore{T}"/>: the constructor of <typeparamref name="T"/> takes the opened store and services of the app.</summary>
    public static IServiceCollection AddPerStore<T>(this IServiceCollection services)
        where T : class => services.AddSingleton(provider =>
            new PerStore<T>(provider.GetRequiredService<StoreConnection>(), store => ActivatorUtilities.CreateInstance<T>(provider, store)));
}
