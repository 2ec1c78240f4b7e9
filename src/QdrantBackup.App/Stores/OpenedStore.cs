using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>
/// An opened store with what every feature needs of it. It holds connections and keys, never the state of a run: that is in the store and in the histories.
/// What only one feature needs is in that feature's services (<see cref="PerStore{T}"/>).
/// </summary>
public sealed class OpenedStore : IDisposable
{
    private readonly SecondStore? _second;

    internal OpenedStore(SealedStore store, MaintenanceMemory memory, SecondStore? second, TimeProvider time, ILoggerFactory logs)
    {
        store.Log = logs.CreateLogger<SealedStore>();
        (Store, Memory, _second) = (store, memory, second);
        Fences = FencesOf(store);
        Records = new RunRecords(store, time, logs.CreateLogger<RunRecords>());
        Catalog = new BackupCatalog(store, logs.CreateLogger<BackupCatalog>(), time);
        Damage = new DamageRecords(store, time, logs.CreateLogger<DamageRecords>());
    }

    /// <summary>The store.</summary>
    public SealedStore Store { get; }

    /// <summary>What maintenance remembers of the store.</summary>
    public MaintenanceMemory Memory { get; }

    /// <summary>What runs need kept.</summary>
    public RunPins Pins => Fences.Pins;

    /// <summary>Ends runs for good.</summary>
    public RunFences Fences { get; }

    /// <summary>What is recorded of runs.</summary>
    public RunRecords Records { get; }

    /// <summary>Which backups exist.</summary>
    public BackupCatalog Catalog { get; }

    /// <summary>Which chunks are known to be damaged.</summary>
    public DamageRecords Damage { get; }

    /// <summary>Why the first store could not be opened, when this is the second one that stands in for it; null otherwise.</summary>
    public StoreException? StandsInFor { get; init; }

    /// <summary>Whether a second store is configured.</summary>
    public bool HasSecond => _second is not null;

    /// <summary>The other store, for single reads that fail here; null when there is none. A store that stands in for the first does not ask that one, which is away.</summary>
    public OtherCopy? Other => _second is null || StandsInFor is not null ? null : new OtherCopy(_second.Location, _second.OpenAsync);

    /// <summary>The store as those see it who read and write backups in it.</summary>
    public StoreAccess Access => new(Store, Catalog, Damage, Other);

    /// <summary>The second store.</summary>
    /// <exception cref="UsageException">None is configured.</exception>
    internal SecondStore Second => _second ?? throw NoSecond();

    /// <summary>The pins of the other store, for runs that read or write there, and how they are released; null when that store is not configured, away, or not the copy of this one.</summary>
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

    /// <summary>Refuses what needs a second store where none is configured.</summary>
    internal void ThrowUnlessSecond()
    {
        if (_second is null)
        {
            throw NoSecond();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _second?.Dispose();
        Store.Dispose();
    }

    private static UsageException NoSecond() => new("There is no second store", "Name one as Storage:Second, or give Storage:Local beside Storage:Remote.");

    private static RunFences FencesOf(SealedStore store) => new(store, new RunPins(store));
}
