using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace QdrantBackup.Functions;

/// <summary>What the app has only on a Functions host.</summary>
internal static partial class HostServices
{
    /// <summary>Adds it. Before the app's own services, which leave alone what is there.</summary>
    public static void AddHostServices(this FunctionsApplicationBuilder builder)
    {
        AddTelemetry(builder);
        AddKeyVaultKeys(builder.Services);
    }

    /// <summary>Puts the vendor's client of Key Vault behind Azure's port for such clients. Without the package (UseKeyVaultKeysPackage) the call vanishes.</summary>
    static partial void AddKeyVaultKeys(IServiceCollection services);
}
