using Microsoft.DurableTask.Client;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Schedules;

/// <summary>What the tick does beside starting backups: the jobs that the features have registered, in their order. Each runs and reports by itself.</summary>
public sealed class TickWork
{
    private readonly IReadOnlyList<TickJob> _jobs;

    internal TickWork(IEnumerable<TickJob> jobs, TickSteps steps, BackupOptions options)
    {
        _jobs = [.. jobs.Where(job => !job.OfMaintenance || options.Role != AppRole.Backup)];
        Steps = steps;
    }

    /// <summary>How the jobs went.</summary>
    public TickSteps Steps { get; }

    /// <summary>Runs the jobs.</summary>
    public async Task RunAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var job in _jobs)
        {
            await Steps.RunAsync(job.Name, stop => job.Work(opened, client, stop), cancellationToken);
        }
    }
}
