using QdrantBackup.Catalog;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>Decides whether a backup looks as if it came from the wrong server: then it is suspect and counts for nothing until a person confirms it.</summary>
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

        // A selection may be of a new collection; it does not replace a whole backup anyway.
        if (manifest.Selection is not null)
        {
            return null;
        }

        // Backups dated ahead may be old: they are compared only when there is no other.
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

    /// <summary>Whether the two share a collection; true when the other one has no collection, null when that is unknown.</summary>
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
