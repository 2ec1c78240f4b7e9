using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>
/// Rebuilds a part from its lists and chunks: everything is authenticated and checked against the manifest before it is handed out (W6).
/// With a second store to read from, a blob that is missing or damaged in the first comes from there.
/// </summary>
internal sealed class PartReader(SealedStore store, int maxChunksInFlight, SecondReads? second = null)
{
    /// <summary>
    /// The bytes of a part, in order; each buffer is the caller's own. The bytes are proven only when the enumeration has ended: a caller must hold back
    /// the last ones until then.
    /// </summary>
    /// <exception cref="SealException">A chunk or list is not to be trusted, or the whole does not have the SHA-256 that the manifest names.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(ManifestPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One hash, of the whole: each list's own hash covers the ids that its chunks have, and every byte hashed twice would cost as much as all decryption.
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (ReadOnlyMemory<byte> bytes in ReadUnprovenAsync(part, cancellationToken))
        {
            sha256.AppendData(bytes.Span);
            yield return bytes;
        }

        if (Convert.ToHexStringLower(sha256.GetHashAndReset()) != part.Sha256)
        {
            throw new SealException(
                $"collection '{part.Key.Collection}' was rebuilt from '{part.Ranges[0].List}' and its other chunk lists, but its SHA-256 is not the one in the manifest",
                Hints.OtherBackup);
        }
    }

    /// <summary>The SHA-256 of a part whose hash is not known yet, in lower-case hex.</summary>
    public async Task<string> HashAsync(ManifestPart part, CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (ReadOnlyMemory<byte> bytes in ReadUnprovenAsync(part, cancellationToken))
        {
            sha256.AppendData(bytes.Span);
        }

        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    /// <summary>Opens and checks every list of a part without reading a chunk.</summary>
    public async Task CheckListsAsync(ManifestPart part, CancellationToken cancellationToken)
    {
        CheckRanges(part);
        foreach (ManifestRange range in part.Ranges)
        {
            _ = await OpenListAsync(part, range, cancellationToken);
        }
    }

    /// <summary>Opens a list and checks it against the manifest.</summary>
    public async Task<ChunkList> OpenListAsync(ManifestPart part, ManifestRange range, CancellationToken cancellationToken)
    {
        if (!BlobName.IsValid(range.List))
        {
            throw new SealException($"the manifest names a chunk list '{range.List}', which is no blob name", Hints.OtherBackup);
        }

        return await SecondReads.ReadAsync(store, second, range.List, s => OpenListAsync(s, part, range, cancellationToken), cancellationToken);
    }

    /// <summary>The bytes of one entry.</summary>
    public Task<ReadOnlyMemory<byte>> ReadEntryAsync(ChunkListEntry entry, CancellationToken cancellationToken) =>
        entry.IsInline ? Task.FromResult(entry.Inline) : Task.Run(() => ReadChunkAsync(entry, cancellationToken), cancellationToken);

    private async Task<ReadOnlyMemory<byte>> ReadChunkAsync(ChunkListEntry entry, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Chunk(entry.Id);
        return await SecondReads.ReadAsync(store, second, name.Value, async s =>
        {
            byte[] plaintext = await SealedChunks.FindAsync(s, entry.Id, cancellationToken)
                ?? throw new MissingBlobException(name, "is missing: a chunk that the backup needs");
            return plaintext.Length == entry.Length ? plaintext : throw SealedChunks.OtherBytes(name);
        }, cancellationToken);
    }

    private static async Task<ChunkList> OpenListAsync(SealedStore store, ManifestPart part, ManifestRange range, CancellationToken cancellationToken)
    {
        var name = new BlobName(range.List);
        StoredDocument<byte[]> found = await store.FindPlainAsync(name, SealedType.List, cancellationToken)
            ?? throw new MissingBlobException(name, $"is missing: the chunk list of collection '{part.Key.Collection}', range {range.Range}");
        if (Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.ListHash, found.Value)) != range.ListHash)
        {
            throw new SealException($"the chunk list '{name}' is not the one that the manifest names", Hints.OtherBackup);
        }

        ChunkList list = ChunkList.Read(name.Value, found.Value);
        return list.PartNo == part.PartNo && list.Range == range.Range && list.Offset == range.Offset && list.Length == range.Length && list.Sha256 == range.Sha256
            ? list
            : throw new SealException($"the chunk list '{name}' is of another part or range than the manifest names", Hints.OtherBackup);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadUnprovenAsync(ManifestPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckRanges(part);
        foreach (ManifestRange range in part.Ranges)
        {
            ChunkList list = await OpenListAsync(part, range, cancellationToken);
            await foreach (ReadOnlyMemory<byte> bytes in Prefetch.InOrderAsync(list.Entries, maxChunksInFlight, ReadEntryAsync, cancellationToken))
            {
                yield return bytes;
            }
        }
    }

    /// <summary>The ranges of a part follow one another without gaps and make up its length.</summary>
    public static void CheckRanges(ManifestPart part)
    {
        if (ManifestChecks.RangeProblem(part) is { } problem)
        {
            throw new SealException(problem, Hints.OtherBackup);
        }
    }
}
