using QdrantBackup.Catalog;
using QdrantBackup.Parts;

namespace QdrantBackup.Retention;

/// <summary>
/// Finds out which collections backups hold and lack, as far as the rules need it. A summary names them while there is room for all names; the others are
/// read from manifests, one at a time (W7).
/// </summary>
internal sealed class HeldCollections(BackupCatalog catalog)
{
    /// <summary>The candidates with their collections: the newest whole one, every selection, and from the newest down until each collection of the cluster was found in a sound one.</summary>
    public async Task<IReadOnlyList<RetentionCandidate>> FillAsync(IReadOnlyList<RetentionCandidate> candidates, DateTimeOffset now, CancellationToken cancellationToken)
    {
        RetentionCandidate[] filled = [.. candidates.OrderByDescending(b => b.Id.Value, StringComparer.Ordinal)];
        HashSet<string>? wanted = null;
        bool isUndamagedListed = false;
        bool isSoundListed = false;
        for (int i = 0; i < filled.Length; i++)
        {
            RetentionCandidate backup = filled[i];
            if (backup.State is null || backup.IsSuspect || BackupStanding.IsAhead(backup.Id, now))
            {
                continue;
            }

            // The newest whole backup lists the collections of the cluster, and so does the newest one of a better tier.
            bool lists = backup.Selection is null && (wanted is null || (!isUndamagedListed && !backup.IsDamaged) || (!isSoundListed && backup.IsSound));
            bool isOpened = lists ? backup.Collections is null || backup.State == BackupState.Partial
                : backup.Collections is null && (backup.Selection is not null || wanted is not { Count: 0 });
            filled[i] = backup = isOpened ? await OpenAsync(backup, cancellationToken) : backup;
            if (lists && backup.Collections is not null)
            {
                (wanted ??= []).UnionWith([.. backup.Collections, .. backup.Lacking]);
                isUndamagedListed |= !backup.IsDamaged;
                isSoundListed |= backup.IsSound;
            }

            if (backup.IsSound)
            {
                wanted?.ExceptWith(backup.Collections ?? []);
            }
        }

        return filled;
    }

    private async Task<RetentionCandidate> OpenAsync(RetentionCandidate backup, CancellationToken cancellationToken)
    {
        try
        {
            ILookup<bool, string> names = (await catalog.OpenAsync(backup.Id, cancellationToken)).Collections.ToLookup(c => c.Covered, c => c.Name);
            return backup with { Collections = [.. names[true]], Lacking = [.. names[false]] };
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            // Deleted or damaged since the listing: its collections are unknown.
            return backup with { Collections = null };
        }
    }
}
