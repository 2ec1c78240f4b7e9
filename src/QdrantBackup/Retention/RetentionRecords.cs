using QdrantBackup.Catalog;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>What retention reads before it ends anything: the backups, the holds, and what maintenance remembers.</summary>
public sealed class RetentionRecords
{
    /// <summary>Puts the records of a store together.</summary>
    /// <param name="store">The store.</param>
    /// <param name="catalog">Its backups.</param>
    /// <param name="memory">What maintenance remembers.</param>
    /// <param name="time">The clock.</param>
    public RetentionRecords(SealedStore store, BackupCatalog catalog, MaintenanceMemory memory, TimeProvider time)
    {
        (Store, Catalog, Memory) = (store, catalog, memory);
        Holds = new BackupHolds(store, time);
        Known = new KnownHolds(store, Holds, memory);
        Retirement = new BackupRetirement(store, catalog, Holds, time);
        Plans = new RetentionPlans(store.OfMaintenance);
    }

    /// <summary>The store.</summary>
    public SealedStore Store { get; }

    /// <summary>Its backups.</summary>
    public BackupCatalog Catalog { get; }

    /// <summary>What maintenance remembers.</summary>
    public MaintenanceMemory Memory { get; }

    /// <summary>Holds, which keep a backup against any policy.</summary>
    public BackupHolds Holds { get; }

    /// <summary>Ends backups.</summary>
    public BackupRetirement Retirement { get; }

    /// <summary>The plans of retention runs.</summary>
    public RetentionPlans Plans { get; }

    /// <summary>Holds, including those that vanished.</summary>
    internal KnownHolds Known { get; }
}
