using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Manifests;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.Functions.Wiring;

/// <summary>What is kept of a store, and what goes.</summary>
public sealed class StoreRetention
{
    internal StoreRetention(
        SealedStore store, RunFences fences, BackupCatalog catalog, DamageRecords damage, RetentionOptions options, TimeProvider time, ILoggerFactory logs)
    {
        var prune = new PruneOptions
        {
            Grace = options.Grace,
            UnusualShare = options.UnusualShare,
            KeepRecords = options.KeepRecords,
            KeepDeleted = options.KeepDeleted,
        };
        Holds = new BackupHolds(store, time);
        Endings = new BackupRetirement(store, catalog, Holds, time);
        Plans = new RetentionPlans(store);
        Planner = new RetentionPlanner(store, catalog, Holds, Plans, options.Policy, prune);
        Pruner = new Pruner(store, fences.Pins, fences, Holds, Endings, damage, prune, time, logs.CreateLogger<Pruner>());
        Cleanup = new RecordCleanup(store, fences.Pins, fences, prune, time);
    }

    /// <summary>What must be kept whatever the policy says.</summary>
    public BackupHolds Holds { get; }

    /// <summary>Ends backups.</summary>
    public BackupRetirement Endings { get; }

    /// <summary>What retention runs end.</summary>
    public RetentionPlans Plans { get; }

    /// <summary>Judges which backups are kept.</summary>
    public RetentionPlanner Planner { get; }

    /// <summary>Deletes what nothing needs.</summary>
    public Pruner Pruner { get; }

    /// <summary>Removes old records.</summary>
    public RecordCleanup Cleanup { get; }
}
