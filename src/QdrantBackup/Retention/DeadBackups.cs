using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Storage;

namespace QdrantBackup.Retention;

/// <summary>Tells which backups are dead: ended longer than the grace period ago, by the store's clock, and not on hold. Until then an ended backup keeps all it needs.</summary>
internal sealed class DeadBackups(SealedStore store, BackupHolds holds, RunPins pins, PruneOptions options)
{
    /// <summary>Every ended backup, and since when.</summary>
    public async Task<Dictionary<BackupId, DateTimeOffset>> ListEndedAsync(CancellationToken cancellationToken)
    {
        var ended = new Dictionary<BackupId, DateTimeOffset>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Retirements, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Retirements, out BackupId id))
            {
                ended.Add(id, entry.Modified);
            }
        }

        return ended;
    }

    /// <summary>The dead ones among the ended at a moment by the store's clock. Holds are listed after the endings, which is what lets no confirmed hold be overlooked.</summary>
    public async Task<HashSet<BackupId>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        Dictionary<BackupId, DateTimeOffset> ended = await ListEndedAsync(cancellationToken);
        IReadOnlyDictionary<BackupId, Hold> held = await holds.ListAsync(cancellationToken);
        return [.. ended.Where(e => IsOver(e.Value, now) && !held.ContainsKey(e.Key)).Select(e => e.Key)];
    }

    /// <summary>Whether one backup is dead by now.</summary>
    public async Task<bool> IsDeadAsync(BackupId id, RunId asker, CancellationToken cancellationToken) =>
        await store.Blobs.FindAsync(BlobNames.Retirement(id), cancellationToken) is { } ended
        && await holds.FindAsync(id, cancellationToken) is null
        && IsOver(ended.Modified, await NowAsync(asker, cancellationToken));

    /// <summary>The store's clock: the modification time of the pin that this writes. A run whose pin was released meanwhile is refused.</summary>
    public async Task<DateTimeOffset> NowAsync(RunId asker, CancellationToken cancellationToken) =>
        (await pins.WriteAsync(asker, RunKind.Retention, [], cancellationToken)).Renewed;

    private bool IsOver(DateTimeOffset ended, DateTimeOffset now) => now - ended >= options.Grace;
}
