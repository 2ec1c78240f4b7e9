using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.Functions.Wiring;

/// <summary>The domain on one opened store. It holds connections and keys, never the state of a run: that is in the store and the histories only.</summary>
public sealed class StoreServices : IDisposable
{
    internal StoreServices(SealedStore store, ClusterNodes nodes, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
    {
        Store = store;
        Pins = new RunPins(store);
        Records = new RunRecords(store, time, logs.CreateLogger<RunRecords>());
        Lease = new ClusterLease(store, Pins);
        Catalog = new BackupCatalog(store, logs.CreateLogger<BackupCatalog>(), time);
        SignsOfLife = new SignsOfLife(Catalog, Records, time, logs.CreateLogger<SignsOfLife>());
        var plans = new BackupPlans(store);
        var bases = new BackupBases(store, Catalog, options, logs.CreateLogger<BackupBases>());
        Planner = new BackupPlanner(nodes, plans, bases, Pins, options, logs.CreateLogger<BackupPlanner>());
        Snapshots = new NodeSnapshots(nodes);
        MadeSnapshots = new MadeSnapshots(store, Snapshots);
        Ranges = new PartRanges(nodes, plans, options, time, logs.CreateLogger<PartRanges>());
        Transfer = new PartTransfer(store, nodes, plans, options, time, logs.CreateLogger<PartTransfer>());
        Results = new PartResults(store, nodes, plans, options, time);
        Commit = new BackupCommit(store, new ManifestDraft(plans, Results, Catalog, options), Pins, options, logs.CreateLogger<BackupCommit>());
        var restorePlans = new RestorePlans(store);
        var history = new StoreHistory(store, Catalog, logs.CreateLogger<StoreHistory>());
        RestorePlanner = new RestorePlanner(restorePlans, nodes, Catalog, history, Pins, options);
        Restore = new PartRestore(store, nodes, Catalog, restorePlans, options, logs.CreateLogger<PartRestore>());
        RestoreChecks = new RestoreChecks(nodes, restorePlans);
        Verifier = new BackupVerifier(store, Catalog, options, logs.CreateLogger<BackupVerifier>());
    }

    /// <summary>The opened store.</summary>
    public SealedStore Store { get; }

    /// <summary>Whose turn it is.</summary>
    public ClusterLease Lease { get; }

    /// <summary>What runs need kept.</summary>
    public RunPins Pins { get; }

    /// <summary>What is recorded of runs.</summary>
    public RunRecords Records { get; }

    /// <summary>Which backups exist.</summary>
    public BackupCatalog Catalog { get; }

    /// <summary>Says how old the newest backup is.</summary>
    public SignsOfLife SignsOfLife { get; }

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

    /// <summary>Plans restores.</summary>
    public RestorePlanner RestorePlanner { get; }

    /// <summary>Carries parts back.</summary>
    public PartRestore Restore { get; }

    /// <summary>What follows an upload.</summary>
    public RestoreChecks RestoreChecks { get; }

    /// <summary>Reads backups back.</summary>
    public BackupVerifier Verifier { get; }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();
}
