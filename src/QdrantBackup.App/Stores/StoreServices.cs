using Microsoft.Extensions.Logging;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Verifications;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Replication;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Usage;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Stores;

/// <summary>The domain on one opened store. It holds connections and keys, never the state of a run: that is in the store and the histories only.</summary>
public sealed class StoreServices : IDisposable
{
    private readonly SecondStore? _second;
    private readonly CaptureOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;

    /// <summary>Puts the domain together.</summary>
    /// <param name="store">The opened store.</param>
    /// <param name="memory">What maintenance remembers of it.</param>
    /// <param name="second">Where the other copy of it is, if it is configured.</param>
    /// <param name="away">Why the first store could not be opened, when this is the second one that stands in for it.</param>
    /// <param name="nodes">Qdrant.</param>
    /// <param name="options">Limits and names.</param>
    /// <param name="retention">What is kept, and for how long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Loggers.</param>
    internal StoreServices(
        SealedStore store,
        MaintenanceMemory memory,
        IBackupStore? second,
        StoreException? away,
        ClusterNodes nodes,
        CaptureOptions options,
        RetentionOptions retention,
        TimeProvider time,
        ILoggerFactory logs)
    {
        Store = store;
        store.Log = logs.CreateLogger<SealedStore>();
        (_options, _time, _logs) = (options, time, logs);
        _second = second is null ? null : new SecondStore(store, second, time);
        StandsInFor = away;

        // The second store that stands in for the first does not ask that one, which is away.
        OtherCopy? other = _second is null || away is not null ? null : new OtherCopy(_second.Location, _second.OpenAsync);
        Fences = FencesOf(store);
        Records = new RunRecords(store, time, logs.CreateLogger<RunRecords>());
        Lease = new ClusterLease(store, Pins);
        Catalog = new BackupCatalog(store, logs.CreateLogger<BackupCatalog>(), time);
        Confirmations = new Confirmations(store, Catalog, time);
        Damage = new DamageRecords(store, time, logs.CreateLogger<DamageRecords>());
        SignsOfLife = new SignsOfLife(store, Catalog, Records, time, logs.CreateLogger<SignsOfLife>());
        var plans = new BackupPlans(store);
        var bases = new BackupBases(store, Catalog, Damage, options, logs.CreateLogger<BackupBases>());
        Planner = new BackupPlanner(nodes, plans, bases, Pins, options, logs.CreateLogger<BackupPlanner>());
        Snapshots = new NodeSnapshots(nodes);
        MadeSnapshots = new MadeSnapshots(store, Snapshots);
        Ticks = new TickRecords(store);
        OpenRunSearch = new OpenRunSearch(store, Records, MadeSnapshots, time);
        Ranges = new PartRanges(nodes, plans, options, time, logs.CreateLogger<PartRanges>());
        Transfer = new PartTransfer(store, nodes, plans, Damage, options, time, logs.CreateLogger<PartTransfer>());
        Results = new PartResults(store, nodes, plans, options, time);
        Commit = new BackupCommit(store, new ManifestDraft(plans, Results, Catalog, options), Pins, Damage, options, logs.CreateLogger<BackupCommit>());
        var restorePlans = new RestorePlans(store);
        var history = new StoreHistory(store, Catalog, logs.CreateLogger<StoreHistory>());
        RestorePlanner = new RestorePlanner(restorePlans, nodes, Catalog, history, Pins, options, other);
        Restore = new PartRestore(store, nodes, Catalog, restorePlans, Damage, options, logs.CreateLogger<PartRestore>(), other);
        RestoreChecks = new RestoreChecks(nodes, restorePlans);
        VerifyPlans = new VerifyPlans(store.OfMaintenance);
        Verification = new StoreVerification(store, store, memory, other, options, time, logs);
        Verified = new VerifiedRecords(store, time);
        Rolling = new RollingVerifications(store, time);
        CopyPlans = new CopyPlans(store);
        Copies = new CopyRecords(store, time);
        Usage = new StoreUsage(store, Catalog, time);
        Retention = new StoreRetention(store, memory, Fences, Catalog, Damage, retention, time, logs);
    }

    /// <summary>The opened store.</summary>
    public SealedStore Store { get; }

    /// <summary>Whose turn it is.</summary>
    public ClusterLease Lease { get; }

    /// <summary>What runs need kept.</summary>
    public RunPins Pins => Fences.Pins;

    /// <summary>Ends runs for good.</summary>
    public RunFences Fences { get; }

    /// <summary>What is recorded of runs.</summary>
    public RunRecords Records { get; }

    /// <summary>Which backups exist.</summary>
    public BackupCatalog Catalog { get; }

    /// <summary>What persons said of suspect backups.</summary>
    public Confirmations Confirmations { get; }

    /// <summary>Says how old the newest backup is.</summary>
    public SignsOfLife SignsOfLife { get; }

    /// <summary>Plans backups.</summary>
    public BackupPlanner Planner { get; }

    /// <summary>Snapshots on nodes.</summary>
    public NodeSnapshots Snapshots { get; }

    /// <summary>Which snapshots runs made.</summary>
    public MadeSnapshots MadeSnapshots { get; }

    /// <summary>What the ticks come to.</summary>
    public TickRecords Ticks { get; }

    /// <summary>Makes the index of open runs anew.</summary>
    public OpenRunSearch OpenRunSearch { get; }

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

    /// <summary>Which chunks are known to be damaged.</summary>
    public DamageRecords Damage { get; }

    /// <summary>What verifications look at.</summary>
    public VerifyPlans VerifyPlans { get; }

    /// <summary>Verifies this store.</summary>
    public StoreVerification Verification { get; }

    /// <summary>What verifications have shown.</summary>
    public VerifiedRecords Verified { get; }

    /// <summary>Which share of the store is verified next.</summary>
    public RollingVerifications Rolling { get; }

    /// <summary>What copies do.</summary>
    public CopyPlans CopyPlans { get; }

    /// <summary>Which backups are in the second store.</summary>
    public CopyRecords Copies { get; }

    /// <summary>What the store holds, and for whom.</summary>
    public StoreUsage Usage { get; }

    /// <summary>The name of the cluster that the app serves.</summary>
    public string Cluster => _options.Cluster;

    /// <summary>Whether a second store is configured.</summary>
    public bool HasSecond => _second is not null;

    /// <summary>Why the first store could not be opened, when this is the second one that stands in for it; null otherwise.</summary>
    public StoreException? StandsInFor { get; }

    /// <summary>Verifies this store, or the other copy of it.</summary>
    public async Task<StoreVerification> VerificationAsync(bool second, CancellationToken cancellationToken) => !second
        ? Verification
        : new StoreVerification(
            Store, await Second().OpenAsync(cancellationToken), memory: null, new OtherCopy(Store.Blobs.Location, _ => Task.FromResult(Store)), _options, _time, _logs);

    /// <summary>
    /// Copies from the store into its second copy, or back. The end that is written is made if it is not there yet; but where backups were copied before, an empty
    /// place is more likely a disk that is not mounted.
    /// </summary>
    public async Task<StoreCopying> CopyingAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var isSourceHere = Store.IsReplica == request.Back;
        var other = isSourceHere ? await OpenTargetAsync(request, cancellationToken) : await Second().OpenAsync(cancellationToken);
        var ends = isSourceHere ? new CopyEnds(Store, other, _time, _logs) : new CopyEnds(other, Store, _time, _logs);
        return new StoreCopying(Store, ends, _options, _time, _logs);
    }

    private async Task<SealedStore> OpenTargetAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var copied = request.Back || request.Make ? 0 : (await Copies.ListAsync(cancellationToken)).Count;
        return copied == 0 ? await Second().OpenOrMakeAsync(cancellationToken) : await Second().OpenAgainAsync(copied, cancellationToken);
    }

    /// <summary>The pins of the other copy of the store, for runs that read or write there, and how they are let go of; null when it is not configured, away, or not the copy of this one.</summary>
    public async Task<RunFences?> SecondFencesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _second is null ? null : FencesOf(await _second.OpenAsync(cancellationToken));
        }
        catch (BackupException e) when (e is StoreException or RefusedException or SealException)
        {
            // A run that was refused there has to end nevertheless.
            return null;
        }
    }

    /// <summary>What is kept, and what goes.</summary>
    public StoreRetention Retention { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _second?.Dispose();
        Store.Dispose();
    }

    private static RunFences FencesOf(SealedStore store) => new(store, new RunPins(store));

    private SecondStore Second() => _second ?? throw new UsageException(
        "There is no second store", "Name one as Storage:Second, or give Storage:Local beside Storage:Remote.");
}
