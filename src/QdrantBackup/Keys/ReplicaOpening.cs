using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Keys;

/// <summary>
/// Opens and makes the second copy of a store (docs/format.md §1): the same id, the same key, recipients of its own, and <c>replica</c> in its store.json, so that
/// nothing is ever backed up into it directly.
/// </summary>
public static class ReplicaOpening
{
    /// <summary>
    /// Opens the copy of a store that is open. No recipient is needed: that store.json there ends with the keyed hash under this store's key shows whose copy it is.
    /// A place that holds nothing is a <see cref="StoreException"/>; anything that is not this store's copy is refused.
    /// </summary>
    public static async Task<SealedStore> OpenAsync(SealedStore known, IBackupStore blobs, CancellationToken cancellationToken)
    {
        (StoreId id, bool isReplica, ReadOnlyMemory<byte> description) = await StoreOpening.ReadDescriptionAsync(blobs, cancellationToken);
        if (id != known.StoreId)
        {
            throw new RefusedException(
                $"the store at {blobs.Location} is {id}, not a copy of {known.StoreId}",
                "Point Storage:Second at an empty place, or at the copy that belongs to this store.");
        }

        known.Sealer.CheckPlain(BlobNames.Store.Value, description.Span);
        if (isReplica == known.IsReplica)
        {
            throw new RefusedException(
                isReplica
                    ? $"{known.Blobs.Location} and {blobs.Location} are both copies of one store"
                    : $"the store at {blobs.Location} has the id of the one at {known.Blobs.Location} and is no copy of it: backups may go into either directly",
                "One of the two must be the store and the other its copy. Give an empty place for the copy; a store that other tools copied cannot be used.");
        }

        return new SealedStore(blobs, known.Sealer, isReplica, ownsSealer: false);
    }

    /// <summary>
    /// Makes the other copy in an empty place and opens it: the key documents of the store as they are, then store.json. Repeating it after it broke off goes on.
    /// Of a copy it makes the store: that is how a store that was lost comes back.
    /// </summary>
    public static async Task<SealedStore> MakeAsync(SealedStore known, IBackupStore blobs, TimeProvider time, CancellationToken cancellationToken)
    {
        await foreach (BlobEntry entry in blobs.ListAsync("", cancellationToken))
        {
            if (entry.Name != BlobNames.Store && !entry.Name.Value.StartsWith(KeyFolder(known), StringComparison.Ordinal))
            {
                throw new RefusedException(
                    $"{blobs.Location} is not empty and no store: it holds '{entry.Name}'", "Give an empty directory or container for the second copy.");
            }
        }

        int keys = 0;
        await foreach (BlobEntry entry in known.Blobs.ListAsync(KeyFolder(known), cancellationToken))
        {
            if (await known.Blobs.GetAsync(entry.Name, KeyDocument.MaxLengthBytes, cancellationToken) is { } document)
            {
                known.Sealer.CheckPlain(entry.Name.Value, document.Content.Span);
                await blobs.PutAsync(entry.Name, document.Content, PutCondition.Always, summary: null, cancellationToken);
                keys++;
            }
        }

        if (keys == 0)
        {
            throw new StoreException($"the store at {known.Blobs.Location} has no key documents left, so a copy could not be opened by anybody", "Add a recipient to that store first: 'qdrant-backup key add-recipient'.");
        }

        // Last: a place without store.json is no store yet.
        byte[] description = JsonSerializer.SerializeToUtf8Bytes(
            new StoreDescription(StoreOpening.StoreFormat, known.StoreId.ToString(), time.GetUtcNow(), Replica: known.IsReplica ? null : true), KeysJson.Default.StoreDescription);
        try
        {
            await blobs.PutAsync(BlobNames.Store, known.Sealer.ProtectPlain(BlobNames.Store.Value, description), PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // Another run made it at the same time; opening it shows whether well.
        }

        return await OpenAsync(known, blobs, cancellationToken);
    }

    /// <summary>Recipients of the store that cannot open the copy: they were added later, and each store has recipients of its own.</summary>
    public static async Task<IReadOnlyList<string>> MissingRecipientsAsync(SealedStore known, SealedStore copy, CancellationToken cancellationToken)
    {
        HashSet<string> there = [.. (await RecipientsAsync(copy, cancellationToken))];
        return [.. (await RecipientsAsync(known, cancellationToken)).Where(r => !there.Contains(r))];
    }

    private static async Task<IReadOnlyList<string>> RecipientsAsync(SealedStore store, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(KeyFolder(store), cancellationToken))
        {
            ids.Add(Path.GetFileNameWithoutExtension(entry.Name.Value));
        }

        return ids;
    }

    private static string KeyFolder(SealedStore store) => $"{BlobNames.Keys}{store.KeyId}/";
}
