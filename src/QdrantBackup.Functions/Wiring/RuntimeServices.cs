using Microsoft.Azure.Functions.Worker.Builder;

namespace QdrantBackup.Functions.Wiring;

/// <summary>What only one of the two runtimes has. The Azure flavour compiles folder AzureRuntime, which fills in the parts; in the other one the calls vanish.</summary>
internal static partial class RuntimeServices
{
    public static void AddRuntimeServices(this FunctionsApplicationBuilder builder)
    {
        AddTelemetry(builder);
    }

    /// <summary>Sends logs and traces where the platform keeps them.</summary>
    static partial void AddTelemetry(FunctionsApplicationBuilder builder);
}
