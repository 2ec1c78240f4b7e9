using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Manifests;

/// <summary>Changes a record that several machines may change at once: read, change, put if nobody else did meanwhile.</summary>
internal static class DocumentChange
{
    private const int MaxAttempts = 20;

    /// <summary>
    /// Puts what <paramref name="change"/> makes of the record (null: there is none), and returns it; when it makes the same, or null, nothing is put.
    /// A record that does not open is replaced as if there were none.
    /// </summary>
    public static async Task<T?> ChangeDocumentAsync<T>(
        this SealedStore store, BlobName name, JsonTypeInfo<T> json, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        for (int attempt = 1; ; attempt++)
        {
            (T? there, PutCondition condition) = await ReadAsync(store, name, json, cancellationToken);
            T? changed = change(there);
            if (changed is null || Equals(changed, there))
            {
                return changed;
            }

            try
            {
                await store.PutDocumentAsync(name, SealedType.Record, changed, json, condition, summary: null, cancellationToken);
                return changed;
            }
            catch (StoreConflictException) when (attempt < MaxAttempts)
            {
                // Somebody was faster: read it again.
            }
        }
    }

    private static async Task<(T? There, PutCondition Condition)> ReadAsync<T>(SealedStore store, BlobName name, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await store.FindDocumentAsync(name, SealedType.Record, json, cancellationToken) is { } found
                ? (found.Value, PutCondition.OnlyIfMatch(found.Entry.ETag))
                : (null, PutCondition.OnlyIfAbsent);
        }
        catch (BackupException e) when (Damages.IsDamage(e))
        {
            return await store.Blobs.FindAsync(name, cancellationToken) is { } entry
                ? (null, PutCondition.OnlyIfMatch(entry.ETag))
                : (null, PutCondition.OnlyIfAbsent);
        }
    }
}
