using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>Takes the end of a backup back while the grace period lasts. Nothing of the backup has been deleted until then.</summary>
public sealed class BackupUndeletion(SealedStore store, PruneOptions options, TimeProvider time)
{
    /// <summary>
    /// Takes the end back; false when the backup was not ended. The record protects the backup from the moment it is written. Then its own time decides whether it came soon enough: a pruner
    /// that saw the end of the grace period read its clock later than that, and lists these records later still, so it sees this one.
    /// </summary>
    /// <exception cref="UsageException">There is no such backup.</exception>
    /// <exception cref="RefusedException">The grace period is over, or this app may not do it.</exception>
    public async Task<bool> TakeBackAsync(BackupId id, string by, CancellationToken cancellationToken)
    {
        store.Authority.ThrowUnlessAllowed();
        if (await store.Ends.FindAsync(id, cancellationToken) is not { } end)
        {
            return await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is null ? throw Gone(id) : false;
        }

        BlobName name = BlobNames.Undeletion(id, end.Record.EndId);
        var record = new Undeletion { Id = id, By = by, At = time.GetUtcNow() };
        BlobEntry written = await store.PutDocumentAsync(name, SealedType.Record, record, StoreJson.Default.Undeletion, PutCondition.Always, summary: null, cancellationToken);
        bool isThere = await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is not null;
        if (!isThere || written.Modified - end.Since >= options.Grace)
        {
            await store.Blobs.DeleteAsync(name, written.ETag, cancellationToken);
            throw isThere
                ? new RefusedException(
                    $"backup {id} was ended on {end.Since.UtcDateTime:yyyy-MM-dd HH:mm}Z, and its grace period of {options.Grace.TotalHours:0.#} hours is over",
                    "Its chunks may be deleted. Look for them in soft delete, trash/ or the second store ('qdrant-backup copy --back').")
                : Gone(id);
        }

        await store.PutDocumentAsync(
            name, SealedType.Record, record with { Settled = true }, StoreJson.Default.Undeletion, PutCondition.OnlyIfMatch(written.ETag), summary: null, cancellationToken);
        return true;
    }

    private static UsageException Gone(BackupId id) => new($"there is no backup {id}", "List the backups that exist with 'qdrant-backup list'.");
}
