using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Stores;

namespace QdrantBackup.Catalog;

public sealed partial class BackupCatalog
{
    /// <summary>The backups that match the filter, newest first, each with its findings: what <see cref="BackupStanding"/> judges by.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> ListWithFindingsAsync(CatalogFilter filter, CancellationToken cancellationToken) =>
        await WithFindingsAsync(await ListAsync(filter, cancellationToken), cancellationToken);

    /// <summary>Some backups, each with what verifications and people recorded of it after its commit.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> WithFindingsAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<BackupId> verified = await store.ListIdsAsync(BlobNames.VerifiedBackups, cancellationToken);
        var found = new CatalogEntry[entries.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = store.RecordsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, entries.Count, parallel, async (i, cancellation) =>
            found[i] = await FindFindingsAsync(entries[i], verified.Contains(entries[i].Id), cancellation));
        return found;
    }

    /// <summary>One backup with what verifications and people recorded of it after its commit.</summary>
    internal Task<CatalogEntry> FindFindingsAsync(CatalogEntry entry, CancellationToken cancellationToken) => FindFindingsAsync(entry, mayHaveRecord: true, cancellationToken);

    private async Task<CatalogEntry> FindFindingsAsync(CatalogEntry entry, bool mayHaveRecord, CancellationToken cancellationToken)
    {
        if (entry.Summary is not { } summary)
        {
            return entry;
        }

        (VerifiedRecord? record, bool isUnreadable) = mayHaveRecord ? await ReadVerifiedAsync(summary, cancellationToken) : (null, false);
        Confirmation? confirmed = summary.Suspect is null
            ? null
            : await store.TryGetRecordAsync(BlobNames.Confirmed(entry.Id), CatalogJson.Default.Confirmation, cancellationToken);
        return entry with
        {
            Findings = new BackupFindings(
                record?.Damage?.Count ?? 0,
                Math.Max(0, summary.OwedProofs - (record?.PaidProofs is { Count: var paid } ? paid : 0)),
                Confirmation.IsOf(confirmed, entry.Id, summary.ManifestHash) ? confirmed : null)
            {
                Verified = record,
                IsUnreadable = isUnreadable,
            },
        };
    }

    // A record that does not open may have named damage, so the backup must not look sound. The next verification writes a new record.
    private async Task<(VerifiedRecord? Record, bool IsUnreadable)> ReadVerifiedAsync(BackupSummary summary, CancellationToken cancellationToken)
    {
        try
        {
            VerifiedRecord? record = await store.GetDocumentAsync(
                BlobNames.Verified(summary.Id), QdrantBackup.Sealing.SealedType.Record, DamagesJson.Default.VerifiedRecord, cancellationToken);
            return (record?.ManifestHash == summary.ManifestHash ? record : null, false);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return (null, true);
        }
    }
}
