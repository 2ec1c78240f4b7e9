using QdrantBackup.Catalog;
using QdrantBackup.Parts;

namespace QdrantBackup.Retention;

/// <summary>
/// Finds out which collections backups hold and lack, as far as the rules ask for it. A summary names what a backup holds, where there is room for all names; the rest is
/// read from manifests, one at a time (W7).
/// </summary>
internal sealed class HeldCollections(BackupCatalog catalog)
{
    /// <summary>The candidates with their collections: the newest whole one, every selection, and from the newest down until each collection that the cluster has was found in a sound one.</summary>
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

            // The newest whole one says which collections there are, and so does the newest that is better.
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
            // Gone or damaged since it was listed: nobody can say what it holds.
            return backup with { Collections = null };
        }
    }
}
