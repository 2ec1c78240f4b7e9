using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Stores;

namespace QdrantBackup.Catalog;

/// <summary>The record <c>confirmed/backupId</c>: a person looked at a suspect backup, and it counts like any other from then on (docs/format.md §6).</summary>
public sealed record Confirmation
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>The keyed hash of the manifest that was confirmed; another manifest of the same id is not confirmed.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>Who confirmed it.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether a record confirms exactly this manifest: a record that was moved, or is for a replaced manifest, confirms nothing.</summary>
    internal static bool IsOf(Confirmation? record, BackupId id, string manifestHash) => record is not null && record.Id == id && record.ManifestHash == manifestHash;
}

/// <summary>Confirms suspect backups.</summary>
public sealed class Confirmations(SealedStore store, BackupCatalog catalog, TimeProvider time)
{
    /// <summary>Records that a person confirmed a suspect backup, and returns the valid record: an earlier one of the same manifest stays unchanged.</summary>
    /// <exception cref="UsageException">There is no such backup.</exception>
    /// <exception cref="RefusedException">The backup is not suspect, or was ended.</exception>
    public async Task<Confirmation> ConfirmAsync(BackupId id, string by, CancellationToken cancellationToken)
    {
        (Manifest manifest, string hash) = await catalog.OpenWithHashAsync(id, cancellationToken);
        if (manifest.Suspect is null)
        {
            throw new RefusedException($"backup {id} is not suspect: there is nothing to confirm", "'qdrant-backup list' shows which backups are suspect.");
        }

        if (await catalog.IsRetiredAsync(id, cancellationToken))
        {
            throw new RefusedException($"backup {id} was ended by retention or a person and cannot be confirmed any more", "Take another backup and confirm that one.");
        }

        var confirmed = new Confirmation { Id = id, ManifestHash = hash, By = by, At = time.GetUtcNow() };
        return await store.ChangeRecordAsync(
            BlobNames.Confirmed(id), CatalogJson.Default.Confirmation, there => Confirmation.IsOf(there, id, hash) ? there : confirmed, cancellationToken) ?? confirmed;
    }
}
