using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The result of ending one backup.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Ended">Whether it is ended now, by this or an earlier attempt.</param>
/// <param name="Why">Why it was left alone, or null.</param>
public sealed record RetirementReceipt(BackupId Id, bool Ended, string? Why = null);

/// <summary>
/// Ends backups by writing a record; nothing else changes yet. The chunks stay until a prune has listed the record and the grace period is over.
/// The exceptions of W4 are checked again right before the write.
/// </summary>
public sealed class BackupRetirement(SealedStore store, BackupCatalog catalog, BackupHolds holds, TimeProvider time)
{
    /// <summary>Ends backups of one cluster. Those on hold, the newest complete one, and those of other clusters are left alone, each with the reason.</summary>
    /// <param name="cluster">The cluster; a damaged backup has no cluster to compare.</param>
    /// <param name="backups">What to end, and why.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    /// <param name="template">The fields that every record shares; its id and reason are replaced.</param>
    /// <param name="cancellationToken">Stops between two backups.</param>
    public async Task<IReadOnlyList<RetirementReceipt>> EndAsync(
        string cluster, IReadOnlyList<RetentionVerdict> backups, DateTimeOffset now, Retirement template, CancellationToken cancellationToken)
    {
        store.Authority.ThrowUnlessAllowed();
        IReadOnlyList<CatalogEntry> entries = await catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        Dictionary<BackupId, CatalogEntry> known = entries.ToDictionary(e => e.Id);
        IReadOnlySet<BackupId> newest = RetentionRules.Newest(entries.Where(e => !e.Retired).Select(RetentionPlanner.CandidateOf), now);
        var receipts = new List<RetirementReceipt>();
        foreach (RetentionVerdict backup in backups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? why = !known.TryGetValue(backup.Id, out CatalogEntry? entry) ? "it does not exist any more, or belongs to another cluster"
                : newest.Contains(backup.Id) && template.EndsLast != true ? "it has become the newest complete backup"
                : await holds.FindAsync(backup.Id, cancellationToken) is { } hold ? $"it is on hold: {hold.Reason}"
                : null;
            if (why is null && entry is { Retired: false })
            {
                await WriteAsync(template with { Id = backup.Id, Reason = string.Join("; ", backup.Reasons), At = time.GetUtcNow(), EndId = Retirement.NewEndId() }, cancellationToken);
            }

            receipts.Add(new RetirementReceipt(backup.Id, why is null, why));
        }

        return receipts;
    }

    /// <summary>Records that a backup whose manifest vanished was accepted as lost.</summary>
    internal Task AcceptLossAsync(BackupId id, string by, RunId runId, CancellationToken cancellationToken) => WriteAsync(
        new Retirement { Id = id, Reason = "its manifest had vanished, and that was accepted", By = by, At = time.GetUtcNow(), RunId = runId, Confirmed = true, EndId = Retirement.NewEndId() }, cancellationToken);

    private Task WriteAsync(Retirement record, CancellationToken cancellationToken) => store.Ends.PutAsync(record, cancellationToken);
}
