using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace QdrantBackup.Functions.Wiring;

/// <summary>What only one of the two runtimes has. The Azure flavour compiles folder AzureRuntime, which fills in the parts; in the other one the calls vanish.</summary>
internal static partial class RuntimeServices
{
    /// <summary>Adds it. Before the app's own services, which leave alone what is there.</summary>
    public static void AddRuntimeServices(this FunctionsApplicationBuilder builder)
    {
        AddTelemetry(builder);
        AddKeyVaultKeys(builder.Services);
        GuardActivities(builder.Services);
    }

    /// <summary>Sends logs and traces where the platform keeps them.</summary>
    static partial void AddTelemetry(FunctionsApplicationBuilder builder);

    /// <summary>Puts the vendor's client of Key Vault behind Azure's port for such clients.</summary>
    static partial void AddKeyVaultKeys(IServiceCollection services);

    /// <summary>Turns what activities throw into what histories may keep, where a middleware comes too late for it.</summary>
    static partial void GuardActivities(IServiceCollection services);
}
