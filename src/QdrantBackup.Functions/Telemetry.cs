using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QdrantBackup.Functions;

/// <summary>Application Insights by OpenTelemetry, as host.json's telemetryMode says for the host.</summary>
internal static partial class HostServices
{
    private const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    // The host reads it too: with it, telemetry is accepted from identities with the role Monitoring Metrics Publisher only.
    private const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    // They log every request and every call; what is kept is paid for. host.json filters what the host logs only.
    private static readonly string[] Talkative = ["Microsoft.AspNetCore", "System.Net.Http", "Azure"];

    private static void AddTelemetry(FunctionsApplicationBuilder builder)
    {
        foreach (var category in Talkative)
        {
            builder.Logging.AddFilter(category, LogLevel.Warning);
        }

        if (string.IsNullOrEmpty(builder.Configuration[ConnectionString]))
        {
            // The worker's logs go to the host, and from there to its console or files. With the next line the host would leave them to an exporter that is not there.
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry().UseFunctionsWorkerDefaults();
        var byIdentity = builder.Configuration[Authentication]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) == true;
        telemetry.UseAzureMonitorExporter(exporter =>
        {
            exporter.Credential = byIdentity ? new DefaultAzureCredential() : null;

            // Traces are sampled, and with them the exporter would drop the logs inside; alerts are made of those.
            exporter.EnableTraceBasedLogsSampler = false;
        });
    }
}
