using QdrantBackup.Catalog;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>Whether a backup looks as if it came from the wrong server: then it is suspect, and counts for nothing until a person confirms it.</summary>
internal sealed class WrongServer(BackupCatalog catalog)
{
    /// <summary>Why a manifest that is about to be committed is suspect, or null.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="others">The cluster's other backups, newest first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> FindAsync(Manifest manifest, IReadOnlyList<CatalogEntry> others, CancellationToken cancellationToken)
    {
        if (manifest.Collections.Count == 0)
        {
            return "it holds no collection";
        }

        // A selection may be of a collection that is new; it takes no whole backup's place anyhow.
        if (manifest.Selection is not null)
        {
            return null;
        }

        // What is dated ahead may be long past: it is asked only where there is nothing else.
        IEnumerable<CatalogEntry> whole = others
            .Where(e => !e.Retired && BackupStanding.IsWhole(e) && e.Id != manifest.Id)
            .OrderBy(e => BackupStanding.IsAhead(e.Id, manifest.Id.Began));
        foreach (CatalogEntry entry in whole)
        {
            if (entry.Summary!.Suspect is not null && BackupStanding.IsSuspect(await catalog.FindFindingsAsync(entry, cancellationToken)))
            {
                continue;
            }

            if (await SharesAnyAsync(manifest, entry, cancellationToken) is { } shares)
            {
                return shares ? null : $"it shares no collection with {entry.Id}, the last whole backup";
            }
        }

        return null;
    }

    /// <summary>Whether the two have a collection in common; true where the other one has none at all, null where nobody can say.</summary>
    private async Task<bool?> SharesAnyAsync(Manifest manifest, CatalogEntry other, CancellationToken cancellationToken)
    {
        HashSet<string> names = [.. manifest.Collections.Select(c => c.Name)];
        if (names.Overlaps(other.Summary!.Collections))
        {
            return true;
        }

        try
        {
            IReadOnlyList<ManifestCollection> theirs = (await catalog.OpenAsync(other.Id, cancellationToken)).Collections;
            return theirs.Count == 0 || theirs.Any(c => names.Contains(c.Name));
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            return null;
        }
    }
}
