using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>Verifying one store, with what the other copy of it may help.</summary>
public sealed class StoreVerification
{
    internal StoreVerification(
        SealedStore records, SealedStore store, MaintenanceMemory? memory, OtherCopy? other, CaptureOptions options, TimeProvider time, ILoggerFactory logs)
    {
        // What maintenance has read back counts for retention: nobody else may write what it went by.
        records = records.OfMaintenance;
        var plans = new VerifyPlans(records);
        var catalog = new BackupCatalog(store, logs.CreateLogger<BackupCatalog>());
        var damage = new DamageRecords(store, time, logs.CreateLogger<DamageRecords>());
        var verified = new VerifiedRecords(store, time, memory);
        Planner = new VerifyPlanner(plans, catalog, verified, new RunPins(store), options, other);
        Trace = new DamageTrace(records, store, plans, catalog, verified, options, time, other);
        Items = new ItemVerifier(plans, store, catalog, damage, verified, Trace, options, time, logs.CreateLogger<ItemVerifier>(), other);
    }

    /// <summary>Chooses what to look at.</summary>
    public VerifyPlanner Planner { get; }

    /// <summary>Looks at it.</summary>
    public ItemVerifier Items { get; }

    /// <summary>Finds out whom damages touch.</summary>
    public DamageTrace Trace { get; }
}
