using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QdrantBackup.App.Activities;
using QdrantBackup.App.Api;
using QdrantBackup.App.Triggers;
using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Configuration;
using QdrantBackup.Configuration.Access;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Wiring;

/// <summary>The app's services.</summary>
internal static class AppServices
{
    public static IServiceCollection AddBackupApp(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(p => CaptureOf(p.GetRequiredService<BackupOptions>()));
        services.AddSingleton<QdrantNodes>();
        services.AddSingleton(p => NodesOf(p.GetRequiredService<BackupOptions>(), p.GetRequiredService<QdrantNodes>()));
        services.AddKeyVault();
        services.AddSingleton<StoreConnection>();
        services.AddSingleton(p => new ApiKeyRing(p.GetRequiredService<BackupOptions>().ApiKeys));
        services.AddSingleton<ApiCallers>();
        services.AddSingleton<ActivityFailures>();
        services.AddSingleton<RunGuard>();
        services.AddSingleton<RunStarter>();
        services.AddSingleton<RunViews>();
        services.AddSingleton<CommittedBackups>();
        services.AddSingleton<Janitor>();
        services.AddSingleton<TickSteps>();
        services.AddSingleton<TickWork>();
        services.AddSingleton<TickReports>();
        services.AddSingleton<KeyChecks>();
        services.AddSingleton<RetentionTimes>();
        services.AddSingleton<FollowUps>();
        services.AddSingleton<RollingRuns>();
        services.AddSingleton<ReadBackRuns>();
        services.TryAddSingleton(new AppReach(FromThisMachineOnly: false));
        services.AddHostedService<StartupNotes>();

        // What runs the app adds what it knows of itself: whether its own state can be written.
        services.AddHealthChecks().AddCheck<TickHealthCheck>(TickHealthCheck.Name);
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
