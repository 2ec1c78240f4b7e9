using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>What backups need on an opened store.</summary>
public sealed class BackupServices
{
    /// <summary>Puts it together.</summary>
    public BackupServices(OpenedStore opened, ClusterNodes nodes, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(opened);
        var store = opened.Store;
        var plans = new BackupPlans(store);
        var bases = new BackupBases(store, opened.Catalog, opened.Damage, options, logs.CreateLogger<BackupBases>());
        (Opened, Plans) = (opened, plans);
        Confirmations = new Confirmations(store, opened.Catalog, time);
        Planner = new BackupPlanner(nodes, plans, bases, opened.Pins, options, logs.CreateLogger<BackupPlanner>());
        Snapshots = new NodeSnapshots(nodes, time);
        MadeSnapshots = new MadeSnapshots(store, Snapshots);
        Ranges = new PartRanges(nodes, plans, options, time, logs.CreateLogger<PartRanges>());
        Transfer = new PartTransfer(plans, opened.Access, nodes, options, time, logs.CreateLogger<PartTransfer>());
        Results = new PartResults(store, nodes, plans, options, time);
        var draft = new ManifestDraft(plans, Results, opened.Catalog, options);
        Commit = new BackupCommit(store, draft, opened.Pins, opened.Damage, options, logs.CreateLogger<BackupCommit>());
    }

    /// <summary>The store.</summary>
    public OpenedStore Opened { get; }

    /// <summary>What persons said of suspect backups.</summary>
    public Confirmations Confirmations { get; }

    /// <summary>The plans of backups.</summary>
    public BackupPlans Plans { get; }

    /// <summary>Plans backups.</summary>
    public BackupPlanner Planner { get; }

    /// <summary>Snapshots on nodes.</summary>
    public NodeSnapshots Snapshots { get; }

    /// <summary>Which snapshots runs made.</summary>
    public MadeSnapshots MadeSnapshots { get; }

    /// <summary>Plans the ranges of large parts.</summary>
    public PartRanges Ranges { get; }

    /// <summary>Carries snapshots into the store.</summary>
    public PartTransfer Transfer { get; }

    /// <summary>How parts ended.</summary>
    public PartResults Results { get; }

    /// <summary>Makes backups exist.</summary>
    public BackupCommit Commit { get; }
}
