using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>What verifications and repairs need on an opened store.</summary>
public sealed class VerificationServices
{
    private readonly CaptureOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;

    /// <summary>Puts it together.</summary>
    public VerificationServices(OpenedStore opened, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(opened);
        (Opened, _options, _time, _logs) = (opened, options, time, logs);

        // What maintenance has read back counts for retention: only maintenance may write what it went by.
        Plans = new VerifyPlans(opened.Store.OfMaintenance);
        Verified = new VerifiedRecords(opened.Store, time);
        Rolling = new RollingVerifications(opened.Store, time);
        First = On(opened.Store, opened.Catalog, opened.Memory, opened.Other);
    }

    /// <summary>The store.</summary>
    public OpenedStore Opened { get; }

    /// <summary>What verifications look at.</summary>
    public VerifyPlans Plans { get; }

    /// <summary>What verifications have shown.</summary>
    public VerifiedRecords Verified { get; }

    /// <summary>Which share of the store is verified next.</summary>
    public RollingVerifications Rolling { get; }

    /// <summary>Verifies this store.</summary>
    public StoreVerification First { get; }

    /// <summary>Verifies this store, or the other one.</summary>
    public async Task<StoreVerification> OfAsync(bool second, CancellationToken cancellationToken)
    {
        if (!second)
        {
            return First;
        }

        var store = await Opened.Second.OpenAsync(cancellationToken);
        var catalog = new BackupCatalog(store, _logs.CreateLogger<BackupCatalog>());
        return On(store, catalog, memory: null, new OtherCopy(Opened.Store.Blobs.Location, _ => Task.FromResult(Opened.Store)));
    }

    private StoreVerification On(SealedStore store, BackupCatalog catalog, MaintenanceMemory? memory, OtherCopy? other)
    {
        var on = new StoreAccess(store, catalog, new DamageRecords(store, _time, _logs.CreateLogger<DamageRecords>()), other);
        var verified = new VerifiedRecords(store, _time, memory);
        var trace = new DamageTrace(Opened.Store.OfMaintenance, Plans, on, verified, _options, _time);
        var items = new ItemVerifier(Plans, on, trace, _options, _time, _logs.CreateLogger<ItemVerifier>());
        return new(new VerifyPlanner(Plans, catalog, verified, new RunPins(store), _options, other), items, trace);
    }
}

/// <summary>Verifying one store, with what the other store may help.</summary>
/// <param name="Planner">Chooses what to look at.</param>
/// <param name="Items">Looks at it.</param>
/// <param name="Trace">Finds which backups need what is damaged.</param>
public sealed record StoreVerification(VerifyPlanner Planner, ItemVerifier Items, DamageTrace Trace);
