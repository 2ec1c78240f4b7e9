using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>Holds: marks that keep a backup against any policy (W4). A record that cannot be read holds too.</summary>
public sealed class BackupHolds(SealedStore store, TimeProvider time)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReasonLength = 500;


    /// <summary>Places a hold and returns the valid one: an earlier hold stays unchanged. A backup that does not exist or was ended is refused.</summary>
    /// <exception cref="UsageException">There is no such backup, or the reason is empty or too long.</exception>
    /// <exception cref="RefusedException">The backup was ended; it may lose its chunks at any time.</exception>
    public async Task<Hold> PlaceAsync(BackupId id, string reason, string by, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReasonLength)
        {
            throw new UsageException($"a hold needs a reason of 1 to {MaxReasonLength} characters", "Write why the backup must be kept; the next operator needs it.");
        }

        await ThrowUnlessThereAsync(id, cancellationToken);
        await ThrowIfRetiredAsync(id, cancellationToken);
        var hold = new Hold { Id = id, Reason = reason.Trim(), By = by, At = time.GetUtcNow() };
        Hold counts = await ReplaceAsync(id, found => found is { Released: false } ? null : hold, cancellationToken) ?? hold;
        try
        {
            // Re-check after the hold is written: a prune lists holds after ends, so if this check sees no end, the prune sees the hold,
            // and a confirmed hold is never overlooked.
            await ThrowIfRetiredAsync(id, cancellationToken);
        }
        catch (RefusedException) when (ReferenceEquals(counts, hold) && store.Authority.CanProve)
        {
            // Only this call's hold: another one may have been confirmed before the backup was ended. An app without the right to release leaves the hold: it keeps too much, never too little.
            await ReleaseAsync(id, by, cancellationToken);
            throw;
        }

        return counts;
    }

    /// <summary>Releases a hold by overwriting it; false when it was released before. One that cannot be read, or is missing, is replaced: only a record marked as released releases.</summary>
    /// <exception cref="RefusedException">This app may release nothing.</exception>
    public async Task<bool> ReleaseAsync(BackupId id, string by, CancellationToken cancellationToken)
    {
        store.Authority.ThrowUnlessAllowed();
        bool wasReleased = false;
        await ReplaceAsync(
            id,
            found =>
            {
                wasReleased = found is { Released: true };
                Hold hold = found ?? new Hold { Id = id, Reason = "there was no record", By = by, At = time.GetUtcNow() };
                return wasReleased
                    ? null
                    : store.Authority.Prove(BlobNames.Hold(id), hold with { By = by, At = time.GetUtcNow(), Released = true }, RetentionJson.Default.Hold);
            },
            cancellationToken);
        return !wasReleased;
    }

    /// <summary>The hold on a backup, or null.</summary>
    public async Task<Hold?> FindAsync(BackupId id, CancellationToken cancellationToken) =>
        await ReadAsync(id, cancellationToken) is { Hold: { Released: false } hold } ? hold : null;

    /// <summary>Every hold that keeps a backup, by the backup.</summary>
    public async Task<IReadOnlyDictionary<BackupId, Hold>> ListAsync(CancellationToken cancellationToken)
    {
        var holds = new Dictionary<BackupId, Hold>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Holds, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Holds, out BackupId id) && await FindAsync(id, cancellationToken) is { } hold)
            {
                holds.Add(id, hold);
            }
        }

        return holds;
    }

    private async Task<Hold?> ReplaceAsync(BackupId id, Func<Hold?, Hold?> change, CancellationToken cancellationToken)
    {
        return await SealedRecords.SwapAsync<Hold?>(async () =>
        {
            (Hold? found, string? etag) = await ReadAsync(id, cancellationToken);
            if (change(found) is not { } next)
            {
                return found;
            }

            PutCondition condition = etag is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(etag);
            await store.PutDocumentAsync(BlobNames.Hold(id), SealedType.Record, next, RetentionJson.Default.Hold, condition, summary: null, cancellationToken);
            return next;
        });
    }

    private async Task<(Hold? Hold, string? ETag)> ReadAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            StoredDocument<Hold>? found = await store.FindDocumentAsync(BlobNames.Hold(id), SealedType.Record, RetentionJson.Default.Hold, cancellationToken);
            return (found is null ? null : Believed(found.Value), found?.Entry.ETag);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            BlobEntry? entry = await store.Blobs.FindAsync(BlobNames.Hold(id), cancellationToken);
            return entry is null
                ? (null, null)
                : (new Hold { Id = id, Reason = "its record cannot be read, so it is taken for a hold", By = "", At = entry.Modified }, entry.ETag);
        }
    }

    /// <summary>A hold needs no proof, its release does.</summary>
    private Hold Believed(Hold found) => !found.Released || store.Authority.Check(BlobNames.Hold(found.Id), found, RetentionJson.Default.Hold) is { Released: true }
        ? found
        : found with { Released = false, Reason = "its release has no proof of maintenance, so the hold stands" };

    private async Task ThrowUnlessThereAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is null)
        {
            throw new UsageException($"there is no backup {id}", "List the backups that exist with 'qdrant-backup list'.");
        }
    }

    private async Task ThrowIfRetiredAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (await store.Ends.FindAsync(id, cancellationToken) is { } end)
        {
            throw new RefusedException(
                $"backup {id} was ended by {end.Record.By} on {end.Since.UtcDateTime:yyyy-MM-dd HH:mm}Z and cannot be held",
                $"Take the end back first ('qdrant-backup undelete {id}'), or hold another backup.");
        }
    }
}
