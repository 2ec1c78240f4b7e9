using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>Both ends of a copy, opened: one store is read, the other written.</summary>
public sealed class CopyEnds
{
    private readonly CopyRecords _over;

    /// <summary>Puts the ends together.</summary>
    /// <param name="source">The store that is read.</param>
    /// <param name="target">The store that is written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Loggers.</param>
    /// <exception cref="RefusedException">The two are not the two stores of one pair.</exception>
    public CopyEnds(SealedStore source, SealedStore target, TimeProvider time, ILoggerFactory logs)
    {
        if (source.StoreId != target.StoreId || source.KeyId != target.KeyId || source.IsReplica == target.IsReplica)
        {
            throw new RefusedException($"{source.Blobs.Location} and {target.Blobs.Location} are not a store and its second store", "Check Storage and Storage:Second.");
        }

        Source = source;
        Target = target;
        SourceCatalog = new BackupCatalog(source, logs.CreateLogger<BackupCatalog>());
        TargetCatalog = new BackupCatalog(target, logs.CreateLogger<BackupCatalog>());
        SourcePins = new RunPins(source);
        TargetPins = new RunPins(target);
        SourceDamage = new DamageRecords(source, time, logs.CreateLogger<DamageRecords>());
        TargetDamage = new DamageRecords(target, time, logs.CreateLogger<DamageRecords>());
        Records = new CopyRecords(target.IsReplica ? source : target, time);
        _over = new CopyRecords(target, time);
    }

    /// <summary>The store that is read.</summary>
    public SealedStore Source { get; }

    /// <summary>The store that is written.</summary>
    public SealedStore Target { get; }

    /// <summary>The backups in the source.</summary>
    public BackupCatalog SourceCatalog { get; }

    /// <summary>The backups in the target.</summary>
    public BackupCatalog TargetCatalog { get; }

    /// <summary>The pins of the source.</summary>
    public RunPins SourcePins { get; }

    /// <summary>The pins of the target.</summary>
    public RunPins TargetPins { get; }

    /// <summary>Which chunks of the source are known to be damaged; a copy adds what it finds.</summary>
    public DamageRecords SourceDamage { get; }

    /// <summary>Which chunks of the target are known to be damaged.</summary>
    public DamageRecords TargetDamage { get; }

    /// <summary>Which backups are in the second store, whether that is the source or the target.</summary>
    public CopyRecords Records { get; }

    /// <summary>Notes in the second store that the copy of a backup begins, before any of its blobs is there.</summary>
    internal Task NoteBegunAsync(BackupId id, string manifestHash, RunId runId, CancellationToken cancellationToken) =>
        Target.IsReplica ? _over.WriteAsync(id, manifestHash, Source.Blobs.Location, runId, underWay: true, cancellationToken) : Task.CompletedTask;

    /// <summary>Notes in both stores that the second store holds a backup whole. The first store comes last: if its record is missing, the note is repeated.</summary>
    internal async Task NoteCopiedAsync(BackupId id, string manifestHash, RunId runId, CancellationToken cancellationToken)
    {
        if (Target.IsReplica)
        {
            await _over.WriteAsync(id, manifestHash, Source.Blobs.Location, runId, underWay: false, cancellationToken);
            await Records.WriteAsync(id, manifestHash, Target.Blobs.Location, runId, underWay: false, cancellationToken);
        }
    }
}
