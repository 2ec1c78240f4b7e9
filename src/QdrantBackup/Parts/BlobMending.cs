using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>
/// Replaces a damaged blob of one store by the other store's. Both have the same id and key, so a blob that opens under its name there is the right one
/// here; it is always opened before it is put.
/// </summary>
internal sealed class BlobMending(SealedStore damaged, SealedStore other)
{
    /// <summary>Whether the other store has the blob whole.</summary>
    public async Task<bool> CanMendAsync(string blob, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadWholeAsync(other, blob, cancellationToken) is not null;
        }
        catch (BackupException)
        {
            return false;
        }
    }

    /// <summary>Puts the other store's blob in place and reads it back; false when the other store has no whole one.</summary>
    public async Task<bool> MendAsync(string blob, CancellationToken cancellationToken)
    {
        if (await TryReadWholeAsync(other, blob, cancellationToken) is not { } whole || await ConditionAsync(blob, cancellationToken) is not { } condition)
        {
            return false;
        }

        try
        {
            await damaged.Blobs.PutAsync(new BlobName(blob), whole.Content, condition, whole.Entry.Summary, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // Another writer put it meanwhile; whether it is whole is checked below.
        }

        return await TryReadWholeAsync(damaged, blob, cancellationToken) is not null;
    }

    private static async Task<StoredBlob?> TryReadWholeAsync(SealedStore store, string blob, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadWholeAsync(store, blob, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return null;
        }
    }

    /// <summary>
    /// How a blob may be replaced. A manifest is replaced only where one is: a backup whose manifest is missing may have lost its chunks too, and is copied back as a whole.
    /// </summary>
    private async Task<PutCondition?> ConditionAsync(string blob, CancellationToken cancellationToken)
    {
        if (!blob.StartsWith(BlobNames.Manifests, StringComparison.Ordinal))
        {
            return PutCondition.Always;
        }

        return await damaged.Blobs.FindAsync(new BlobName(blob), cancellationToken) is { } there ? PutCondition.OnlyIfMatch(there.ETag) : null;
    }

    /// <summary>The blob, opened and checked against its name; null when it is missing.</summary>
    private static async Task<StoredBlob?> ReadWholeAsync(SealedStore store, string blob, CancellationToken cancellationToken)
    {
        var name = new BlobName(blob);
        if (BlobNames.TryReadChunk(name, out ChunkId id))
        {
            StoredBlob? chunk = await store.Blobs.GetAsync(name, SealedChunks.MaxSealedLength, cancellationToken);
            if (chunk is not null)
            {
                _ = SealedChunks.Open(store, id, chunk.Content.Span);
            }

            return chunk;
        }

        bool isManifest = BlobNames.TryReadId(name, BlobNames.Manifests, out BackupId backup);
        SealedType type = isManifest ? SealedType.Manifest : SealedType.List;
        StoredBlob? found = await store.Blobs.GetAsync(name, SealedHeader.MaxSealedLength(type), cancellationToken);
        if (found is not null)
        {
            byte[] plaintext = store.Sealer.Open(type, blob, found.Content.Span);
            CheckContent(store, blob, isManifest ? backup : null, plaintext);
        }

        return found;
    }

    private static void CheckContent(SealedStore store, string blob, BackupId? manifestOf, byte[] plaintext)
    {
        if (manifestOf is { } id)
        {
            Manifest manifest = SealedStore.ReadDocument(blob, plaintext, PartsJson.Default.Manifest);
            ManifestChecks.Check(blob, manifest);
            if (manifest.Id != id || manifest.Aborted)
            {
                throw new SealException($"'{blob}' is the manifest of no backup of that id", Hints.OtherBackup);
            }
        }
        else if (!blob.EndsWith(Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.ListHash, plaintext))[..16], StringComparison.Ordinal))
        {
            throw new SealException($"the chunk list '{blob}' does not fit its name", Hints.OtherBackup);
        }
        else
        {
            _ = ChunkList.Read(blob, plaintext);
        }
    }
}
