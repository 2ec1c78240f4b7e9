using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Says which backups are dead: ended longer than the grace period ago, by the store's clock, not on hold, not taken back, and not the newest whole one of their
/// cluster (W4). Until then an ended backup keeps all it needs.
/// </summary>
internal sealed class DeadBackups(SealedStore store, KnownHolds holds, BackupCatalog catalog, MaintenanceMemory memory, PruneOptions options)
{
    /// <summary>Every end that counts.</summary>
    /// <exception cref="RefusedException">A record says that a backup is ended and does not prove it.</exception>
    public async Task<IReadOnlyDictionary<BackupId, BackupEnd>> ListEndedAsync(CancellationToken cancellationToken)
    {
        EndedBackups ended = await store.Ends.ListAsync(of: null, cancellationToken);
        if (ended.Unproven.Count > 0)
        {
            await ThrowIfAtStakeAsync(ended.Unproven, cancellationToken);
        }

        return ended.All;
    }

    /// <summary>
    /// The dead ones at a moment by the store's clock. Holds, and what takes ends back, are listed after the ends, so that none that was confirmed is overlooked.
    /// </summary>
    public async Task<HashSet<BackupId>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<BackupId, BackupEnd> ended = await ListEndedAsync(cancellationToken);
        IReadOnlyDictionary<BackupId, Hold> held = await holds.ListAsync(cancellationToken);
        HashSet<BackupId> dead = [.. ended.Where(e => IsOver(e.Value, now) && !held.ContainsKey(e.Key)).Select(e => e.Key)];
        dead.ExceptWith((await ListLastAsync(now, cancellationToken)).Where(id => ended.GetValueOrDefault(id)?.Record.EndsLast != true));
        return dead;
    }

    /// <summary>Whether one backup is dead by now.</summary>
    public async Task<bool> IsDeadAsync(BackupId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ListAsync(now, cancellationToken)).Contains(id);

    /// <summary>
    /// What must stay whatever a record says: of each cluster the newest whole backups, and where it has none, all of its backups. An ended backup counts too, for it may be the
    /// last that is whole; the newest one that is not ended stays beside it.
    /// </summary>
    private async Task<IReadOnlyCollection<BackupId>> ListLastAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = new HashSet<BackupId>();
        IReadOnlyList<CatalogEntry> entries = await catalog.ListWithFindingsAsync(new CatalogFilter(), cancellationToken);
        foreach (IGrouping<string, CatalogEntry> cluster in entries.Where(e => e.Summary is not null).GroupBy(e => e.Summary!.Cluster, StringComparer.Ordinal))
        {
            if (!cluster.Any(e => BackupStanding.IsGood(e with { Retired = false }, now)))
            {
                last.UnionWith(cluster.Select(e => e.Id));
            }

            last.UnionWith(RetentionRules.Newest(cluster.Select(RetentionPlanner.CandidateOf), now));
            last.UnionWith(RetentionRules.Newest(cluster.Where(e => !e.Retired).Select(RetentionPlanner.CandidateOf), now));
        }

        return last;
    }

    /// <summary>A record without proof for what is not here, and never was, takes nothing away: it is not worth stopping for.</summary>
    private async Task ThrowIfAtStakeAsync(IReadOnlyDictionary<BackupId, string> unproven, CancellationToken cancellationToken)
    {
        MemoryRecord seen = await memory.ReadAsync(cancellationToken);
        foreach ((BackupId id, string problem) in unproven.OrderBy(u => u.Key.Value, StringComparer.Ordinal))
        {
            if (seen.HashOf(id) is not null
                || await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is not null
                || await HasListsAsync(id, cancellationToken))
            {
                throw new RefusedException($"nothing is pruned: a record claims that backup {id} was ended, without proof: {problem}", CatalogEntry.FalseEndHint(id));
            }
        }
    }

    private async Task<bool> HasListsAsync(BackupId id, CancellationToken cancellationToken)
    {
        await foreach (BlobEntry _ in store.Blobs.ListAsync(BlobNames.ListsOf(id), cancellationToken))
        {
            return true;
        }

        return false;
    }

    private bool IsOver(BackupEnd end, DateTimeOffset now) => !end.IsKept && now - end.Since >= options.Grace;
}
