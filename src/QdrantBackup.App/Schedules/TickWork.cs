using Microsoft.DurableTask.Client;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Schedules;

/// <summary>What the tick does beside starting backups. Each step runs and reports by itself.</summary>
public sealed class TickWork(TickSteps steps, Janitor janitor, RollingRuns rolling, RetentionTimes retention, ReadBackRuns readBack, KeyChecks keys, BackupOptions options)
{
    /// <summary>The steps.</summary>
    public TickSteps Steps => steps;

    /// <summary>Runs them.</summary>
    public async Task RunAsync(StoreServices services, DurableTaskClient client, CancellationToken cancellationToken)
    {
        await steps.RunAsync("sweep up after runs", stop => janitor.SweepAsync(services, client, stop), cancellationToken);
        await steps.RunAsync("start the rolling verification", stop => rolling.StartDueAsync(services, client, stop), cancellationToken);
        if (options.Role != AppRole.Backup)
        {
            await steps.RunAsync("read a backup back", stop => readBack.StartDueAsync(services, client, stop), cancellationToken);
            await steps.RunAsync("start retention", stop => retention.StartDueAsync(services, client, stop), cancellationToken);
        }

        await steps.RunAsync("log signs of life", stop => services.SignsOfLife.TellAsync(options.ClusterName, options.Schedules, stop), cancellationToken);
        await steps.RunAsync("try the keys", stop => keys.TryIfDueAsync(services.Store, stop), cancellationToken);
    }
}
