using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Replication;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.World;

/// <summary>The real program, wired as in the app, on one connection to the simulated service: what one attempt at one step runs in.</summary>
internal sealed class Machine
{
    public const string Cluster = "prod";

    public Machine(IBackupStore blobs, IBackupStore? first, SimulatedNode node, TimeProvider time, Weather weather)
    {
        Store = new SealedStore(blobs, StoreContents.Sealer, isReplica: first is not null);
        Store.RecordsAtOnce = 1;
        var capture = new CaptureOptions { Cluster = Cluster, MaxChunksInFlight = 1, RangeBytes = weather.HasRanges ? 12_000 : 1 << 30 };
        var nodes = new ClusterNodes([node]);
        Pins = new RunPins(Store);
        Fences = new RunFences(Store, Pins);
        Catalog = new BackupCatalog(Store, NullLogger<BackupCatalog>.Instance);
        var plans = new BackupPlans(Store);
        var damage = new DamageRecords(Store, time, NullLogger<DamageRecords>.Instance);
        Planner = new BackupPlanner(
            nodes, plans, new BackupBases(Store, Catalog, damage, capture, NullLogger<BackupBases>.Instance), Pins, capture, NullLogger<BackupPlanner>.Instance);
        Transfer = new PartTransfer(plans, new StoreAccess(Store, Catalog, damage), nodes, capture, time, NullLogger<PartTransfer>.Instance);
        Results = new PartResults(Store, nodes, plans, capture, time);
        Commit = new BackupCommit(Store, new ManifestDraft(plans, Results, Catalog, capture), Pins, damage, capture, NullLogger<BackupCommit>.Instance);
        var records = new RetentionRecords(Store, Catalog, new MaintenanceMemory(Store), time);
        (Holds, Retirement) = (records.Holds, records.Retirement);
        PruneOptions options = OptionsOf(weather);
        Undeletion = new BackupUndeletion(Store, options, time);
        var policy = new RetentionPolicy { KeepLast = 1, Daily = 0, Weekly = 0, Monthly = 0, KeepWithin = TimeSpan.Zero };
        Retention = new RetentionPlanner(records, policy, options);
        Pruner = new Pruner(records, Fences, damage, options, time, NullLogger<Pruner>.Instance);
        Reader = new PartReader(Store, 1);
        if (first is not null)
        {
            var source = new SealedStore(first, StoreContents.Sealer);
            var ends = new CopyEnds(source, Store, time, NullLoggerFactory.Instance);
            Copy = new PartCopy(source, ends, capture, time, NullLogger<PartCopy>.Instance);
            CopyCommit = new CopyCommit(ends, Copy, capture, NullLogger<CopyCommit>.Instance);
        }
    }

    public SealedStore Store { get; }

    public RunPins Pins { get; }

    public RunFences Fences { get; }

    public BackupCatalog Catalog { get; }

    public BackupPlanner Planner { get; }

    public PartTransfer Transfer { get; }

    public PartResults Results { get; }

    public BackupCommit Commit { get; }

    public BackupHolds Holds { get; }

    public BackupRetirement Retirement { get; }

    public BackupUndeletion Undeletion { get; }

    public RetentionPlanner Retention { get; }

    public Pruner Pruner { get; }

    public PartReader Reader { get; }

    /// <summary>Copies into this store; null where it is backed up into.</summary>
    public PartCopy? Copy { get; }

    public CopyCommit? CopyCommit { get; }

    // Grace only helps. Without it, what is left is what must hold by itself: a blob of any age is old enough, an ended backup is dead at once, no listing is too long.
    private static PruneOptions OptionsOf(Weather weather) => new()
    {
        Grace = weather.HasGrace ? TimeSpan.FromHours(48) : TimeSpan.FromDays(-10_000),
        MaxListing = weather.HasGrace ? TimeSpan.FromHours(1) : TimeSpan.FromDays(10_000),
        StepTime = weather.HasShortSteps ? TimeSpan.Zero : TimeSpan.FromDays(10_000),
        MaxListings = 256,
        MaxDeletions = 1,
        MaxLists = 1,
        UnusualShare = 1,
    };
}
