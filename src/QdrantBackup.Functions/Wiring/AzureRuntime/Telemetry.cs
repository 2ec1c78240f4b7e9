using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;

namespace QdrantBackup.Functions.Wiring;

/// <summary>Application Insights by OpenTelemetry, as host.json's telemetryMode says for the host.</summary>
internal static partial class RuntimeServices
{
    private const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    // The host reads it too: with it, telemetry is accepted from identities with the role Monitoring Metrics Publisher only.
    private const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    static partial void AddTelemetry(FunctionsApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
        if (string.IsNullOrEmpty(builder.Configuration[ConnectionString]))
        {
            // Under `func start` logs go to its console.
            return;
        }

        var byIdentity = builder.Configuration[Authentication]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) == true;
        telemetry.UseAzureMonitorExporter(exporter => exporter.Credential = byIdentity ? new DefaultAzureCredential() : null);
    }
}
