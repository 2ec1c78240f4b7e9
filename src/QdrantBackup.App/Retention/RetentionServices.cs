using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Retention;

/// <summary>What retention needs on an opened store.</summary>
public sealed class RetentionServices
{
    // A retention that is late by this is late by accident; anything longer may be a clock that jumped.
    private static readonly TimeSpan Late = TimeSpan.FromDays(2);

    /// <summary>Puts it together.</summary>
    public RetentionServices(OpenedStore opened, BackupOptions app, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(app);
        var options = app.Retention;
        var prune = new PruneOptions
        {
            Grace = options.Grace,
            UnusualShare = options.UnusualShare,
            KeepRecords = options.KeepRecords,
            KeepDeleted = options.KeepDeleted,
            MaxSilence = Late + (options.Schedule is null ? TimeSpan.Zero : ScheduleInterval.LongestOf(options.Schedule, time.GetUtcNow())),
        };
        Opened = opened;
        Records = new RetentionRecords(opened.Store, opened.Catalog, opened.Memory, time);
        Undelete = new BackupUndeletion(opened.Store, prune, time);
        Planner = new RetentionPlanner(Records, options.Policy, prune);
        Pruner = new Pruner(Records, opened.Fences, opened.Damage, prune, time, logs.CreateLogger<Pruner>());
        Cleanup = new RecordCleanup(opened.Store, opened.Fences, prune, time);
        Clock = new StoreClock(opened.Pins, opened.Memory, prune);
    }

    /// <summary>The store.</summary>
    public OpenedStore Opened { get; }

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

    /// <summary>Refuses what is the maintenance app's to do: an app whose role is backup neither deletes nor tags, and its identity need not be allowed to.</summary>
    internal static void ThrowUnlessAllowed(BackupOptions options)
    {
        if (options.Role == AppRole.Backup)
        {
            throw new RefusedException("this app's role is backup: it deletes nothing from the store", "Ask the app whose role is maintenance, or set Role to all.");
        }
    }
}
