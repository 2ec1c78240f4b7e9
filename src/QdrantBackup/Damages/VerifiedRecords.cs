using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Damages;

/// <summary>A verification that found nothing wrong.</summary>
/// <param name="Level">How deep it went.</param>
/// <param name="At">When it ended.</param>
/// <param name="RunId">The run.</param>
public sealed record VerifiedPass(VerifyLevel Level, DateTimeOffset At, RunId RunId);

/// <summary>A verification that found something.</summary>
/// <param name="Count">How many damaged blobs the backup needs.</param>
/// <param name="At">The run, whose records name the blobs.</param>
/// <param name="RunId">The run, whose records list the blobs.</param>
/// <param name="Level">The level that a verification needs to check whether the damage is still there.</param>
public sealed record VerifiedDamage(int Count, DateTimeOffset At, RunId RunId, VerifyLevel Level);

/// <summary>What verifications have found about a backup so far: a manifest is written once, so later findings stand beside it.</summary>
public sealed record VerifiedRecord
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The keyed hash of the manifest that was verified.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>The last verification of each level that found nothing wrong.</summary>
    public IReadOnlyList<VerifiedPass> Passes { get; init; } = [];

    /// <summary>What is damaged, or null when nothing is known to be.</summary>
    public VerifiedDamage? Damage { get; init; }

    /// <summary>Parts whose owed proof was paid by reading back.</summary>
    public IReadOnlyList<int> PaidProofs { get; init; } = [];

    /// <summary>The deepest verification that found nothing wrong: a later one that looked less deep takes nothing away from it.</summary>
    public VerifiedPass? DeepestPass() => Passes.MaxBy(p => p.Level);
}

/// <summary>The records <c>verified/backupId</c> (docs/format.md §6).</summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
/// <param name="memory">Where maintenance remembers its own read-backs; null where they do not matter.</param>
public sealed class VerifiedRecords(SealedStore store, TimeProvider time, MaintenanceMemory? memory = null)
{
    /// <summary>The findings about a backup, or null. A record that does not open counts as missing: the next verification writes a new one.</summary>
    public Task<VerifiedRecord?> FindAsync(BackupId id, CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(BlobNames.Verified(id), DamagesJson.Default.VerifiedRecord, cancellationToken);

    /// <summary>Nothing is wrong with a backup at this level. Earlier damage counts as repaired if this level would have found it.</summary>
    public async Task PassAsync(BackupId id, string manifestHash, VerifyLevel level, VerifyLevel levelOfParts, RunId runId, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            id,
            manifestHash,
            record => record.Passes.Any(p => p.RunId == runId)
                ? record
                : record with { Passes = [.. record.Passes.Where(p => p.Level != level), new VerifiedPass(level, time.GetUtcNow(), runId)], Damage = record.Damage?.Level > levelOfParts ? record.Damage : null },
            cancellationToken);
        if (memory is not null && level >= VerifyLevel.Readable && levelOfParts >= VerifyLevel.Readable)
        {
            await memory.NoteReadBackAsync(new ReadBackup(id, manifestHash, time.GetUtcNow()), cancellationToken);
        }
    }

    /// <summary>A blob that a backup needs is damaged. Damage that only a deeper level can see stays recorded.</summary>
    public Task MarkDamagedAsync(BackupId id, string manifestHash, int count, VerifyLevel level, RunId runId, CancellationToken cancellationToken) => ChangeAsync(
        id, manifestHash, record => record.Damage?.RunId == runId && record.Damage.Count == count
            ? record
            : record with { Damage = new VerifiedDamage(count, time.GetUtcNow(), runId, record.Damage?.Level > level ? record.Damage.Level : level) }, cancellationToken);

    /// <summary>A part's owed proof is paid.</summary>
    public Task PayProofAsync(BackupId id, string manifestHash, int partNo, CancellationToken cancellationToken) => ChangeAsync(
        id, manifestHash, record => record.PaidProofs.Contains(partNo) ? record : record with { PaidProofs = [.. record.PaidProofs.Append(partNo).Order()] }, cancellationToken);

    private Task ChangeAsync(BackupId id, string manifestHash, Func<VerifiedRecord, VerifiedRecord> change, CancellationToken cancellationToken) =>
        store.ChangeRecordAsync(
            BlobNames.Verified(id),
            DamagesJson.Default.VerifiedRecord,
            // A record about another manifest of this id does not apply.
            there => change(there is not null && there.ManifestHash == manifestHash ? there : new VerifiedRecord { BackupId = id, ManifestHash = manifestHash }),
            cancellationToken);
}
