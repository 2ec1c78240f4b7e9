using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Decides which backups are dead: ended longer than the grace period ago, by the store's clock, not on hold, not taken back, and not the newest whole one of their
/// cluster (W4). Until then an ended backup keeps all it needs.
/// </summary>
internal sealed class DeadBackups(SealedStore store, KnownHolds holds, BackupCatalog catalog, MaintenanceMemory memory, PruneOptions options)
{
    /// <summary>Every end that counts.</summary>
    /// <exception cref="RefusedException">A record claims that a backup is ended and does not prove it.</exception>
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
    /// The dead ones at a moment of the store's clock. Holds and undeletions are listed after the ends, so that no confirmed one is overlooked.
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
    /// What must stay against any record: the newest whole backups of each cluster, and if it has no whole one, all of its backups. An ended backup counts too, because it may be the
    /// last whole one; the newest backup that has not ended stays beside it.
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

    /// <summary>An unproven record for a backup that is not here, and never was, endangers nothing: it does not stop the prune.</summary>
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
