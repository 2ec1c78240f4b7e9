using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Http;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Schedules;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Configuration;
using QdrantBackup.Configuration.Access;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Hosting;

/// <summary>The app's services.</summary>
internal static class AppServices
{
    public static IServiceCollection AddBackupApp(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(p => CaptureOf(p.GetRequiredService<BackupOptions>()));
        services.AddSingleton<QdrantNodes>();
        services.AddSingleton(p => NodesOf(p.GetRequiredService<BackupOptions>(), p.GetRequiredService<QdrantNodes>()));
        services.AddSingleton(p => new ApiKeyRing(p.GetRequiredService<BackupOptions>().ApiKeys));
        services.AddSingleton<ApiCallers>();
        services.AddStores().AddRuns();
        services.AddVerifications().AddCopies().AddRetention().AddBackups().AddRestores();
        services.AddSchedules();
        services.TryAddSingleton(new AppReach(FromThisMachineOnly: false));
        services.AddHostedService<StartupNotes>();
        return services;
    }

    private static CaptureOptions CaptureOf(BackupOptions options) => new()
    {
        Cluster = options.ClusterName,
        Owner = options.Team,
        AppVersion = typeof(AppServices).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
        MaxChunksInFlight = options.ChunksInFlight,
        Compression = options.Compression,
        Uncompressed = options.Uncompressed,
        RangeBytes = options.RangeBytes,
        TransferTime = options.TransferTime,
    };

    private static ClusterNodes NodesOf(BackupOptions options, QdrantNodes nodes) => new(
        [.. options.Qdrant.Nodes.Select(node => nodes.Open(new QdrantBackup.Clusters.QdrantNodeOptions
        {
            Url = node.Url,
            ApiKey = options.Qdrant.ApiKey,
            CaFile = options.Qdrant.CaFile,
            AllowPlainHttpWithKey = options.Qdrant.AllowPlainHttp,
        }))]);
}
