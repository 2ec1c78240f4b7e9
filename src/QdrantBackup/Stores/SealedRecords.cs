using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>Records of findings: one that does not open counts as missing, because the next check writes it again; several machines may change one at once.</summary>
internal static class SealedRecords
{
    /// <summary>How often a record is read again when another writer was faster.</summary>
    private const int MaxAttempts = 100;

    /// <summary>
    /// The one compare-and-swap loop of records. An attempt reads the record, decides, and writes it only if nothing has changed since; while another writer
    /// is faster, the next attempt reads again.
    /// </summary>
    public static async Task<T> SwapAsync<T>(Func<Task<T>> attempt)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt();
            }
            catch (StoreConflictException) when (number < MaxAttempts)
            {
                // Another writer was faster.
            }
        }
    }

    /// <summary>The record, or null when there is none or it does not open.</summary>
    public static async Task<T?> TryGetRecordAsync<T>(this SealedStore store, BlobName name, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await store.GetDocumentAsync(name, SealedType.Record, json, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return null;
        }
    }

    /// <summary>As <see cref="SwapAsync{T}"/>, for what has no result.</summary>
    public static Task SwapAsync(Func<Task> attempt) => SwapAsync(async () =>
    {
        await attempt();
        return true;
    });

    /// <summary>The backups that have a record in a folder, readable or not.</summary>
    public static async Task<HashSet<BackupId>> ListIdsAsync(this SealedStore store, string folder, CancellationToken cancellationToken)
    {
        var ids = new HashSet<BackupId>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(folder, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, folder, out BackupId id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>Every blob whose name begins with a prefix.</summary>
    public static async Task<IReadOnlyList<BlobEntry>> ListAllAsync(this SealedStore store, string prefix, CancellationToken cancellationToken)
    {
        var found = new List<BlobEntry>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(prefix, cancellationToken))
        {
            found.Add(entry);
        }

        return found;
    }

    /// <summary>
    /// Changes a record with <paramref name="change"/> (null: the record is missing), puts the result and returns it; when the result is equal, or null, nothing is put.
    /// A record that does not open is replaced as if it were missing; one of a newer format is not.
    /// </summary>
    /// <exception cref="SealException">A newer version of this program wrote it.</exception>
    public static async Task<T?> ChangeRecordAsync<T>(
        this SealedStore store, BlobName name, JsonTypeInfo<T> json, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        return await SwapAsync<T?>(async () =>
        {
            FoundRecord<T> found = await store.FindRenewableAsync(name, json, cancellationToken);
            T? changed = change(found.Value);
            if (changed is null || Equals(changed, found.Value))
            {
                return changed;
            }

            await store.PutDocumentAsync(name, SealedType.Record, changed, json, found.Condition, summary: null, cancellationToken);
            return changed;
        });
    }
}
