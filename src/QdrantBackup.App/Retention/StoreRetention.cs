using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Retention;

/// <summary>What is kept of a store, and what goes.</summary>
public sealed class StoreRetention
{
    // A retention that is late by this is late by accident; anything longer may be a clock that jumped.
    private static readonly TimeSpan Late = TimeSpan.FromDays(2);

    internal StoreRetention(
        SealedStore store, MaintenanceMemory memory, RunFences fences, BackupCatalog catalog, DamageRecords damage, RetentionOptions options, TimeProvider time, ILoggerFactory logs)
    {
        var prune = new PruneOptions
        {
            Grace = options.Grace,
            UnusualShare = options.UnusualShare,
            KeepRecords = options.KeepRecords,
            KeepDeleted = options.KeepDeleted,
            MaxSilence = Late + (options.Schedule is null ? TimeSpan.Zero : ScheduleInterval.LongestOf(options.Schedule, time.GetUtcNow())),
        };
        Records = new RetentionRecords(store, catalog, memory, time);
        Undelete = new BackupUndeletion(store, prune, time);
        Planner = new RetentionPlanner(Records, options.Policy, prune);
        Pruner = new Pruner(Records, fences, damage, prune, time, logs.CreateLogger<Pruner>());
        Cleanup = new RecordCleanup(store, fences, prune, time);
        Clock = new StoreClock(fences.Pins, memory, prune);
    }

    /// <summary>What is read before anything is taken away.</summary>
    public RetentionRecords Records { get; }

    /// <summary>What must be kept whatever the policy says.</summary>
    public BackupHolds Holds => Records.Holds;

    /// <summary>Ends backups.</summary>
    public BackupRetirement Endings => Records.Retirement;

    /// <summary>Takes ends back.</summary>
    public BackupUndeletion Undelete { get; }

    /// <summary>What retention runs end.</summary>
    public RetentionPlans Plans => Records.Plans;

    /// <summary>Judges which backups are kept.</summary>
    public RetentionPlanner Planner { get; }

    /// <summary>Deletes what nothing needs.</summary>
    public Pruner Pruner { get; }

    /// <summary>Removes old records.</summary>
    public RecordCleanup Cleanup { get; }

    /// <summary>The store's clock, as far as deleting may trust it.</summary>
    public StoreClock Clock { get; }
}
