using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>The result of reading back some chunks.</summary>
internal sealed class ChunkFindings
{
    public DamageLog Damages { get; } = new(collection: null, DamageReport.MaxDamages);

    public HashSet<ChunkId> Sound { get; } = [];

    public long Bytes { get; set; }

    public long Chunks { get; set; }

    /// <summary>The id after which to continue; null when all were read.</summary>
    public ChunkId? After { get; set; }
}

/// <summary>Reads back, each once, the chunks whose ids lie in a stretch: those that the store lists, or those that one backup needs.</summary>
internal sealed class ChunkReadBack(SealedStore store, CaptureOptions options, TimeProvider time)
{
    private const int ChunksPerLook = 16;

    private readonly int _inFlight = Math.Max(1, options.MaxChunksInFlight);

    /// <summary>Reads chunks that the store lists. A chunk that is deleted before it is read was not needed.</summary>
    public async Task<ChunkFindings> ReadListedAsync(IdRange ids, ChunkId? after, KnownDamage known, CancellationToken cancellationToken)
    {
        var listed = new List<ChunkId>();
        foreach (IdRange part in ids.ByFirstByte())
        {
            await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Chunks(part.FirstByte), cancellationToken))
            {
                if (BlobNames.TryReadChunk(entry.Name, out ChunkId id) && part.Contains(id) && IsBehind(id, after) && listed.Count < options.MaxKnownChunks)
                {
                    listed.Add(id);
                }
            }
        }

        return await ReadAsync(listed, isComplete: listed.Count < options.MaxKnownChunks, mustExist: false, known, cancellationToken);
    }

    /// <summary>Reads chunks that a backup needs; a missing one is a damage. Lists that do not open are skipped: verifying parts reports them.</summary>
    public async Task<ChunkFindings> ReadNeededAsync(
        Manifest manifest, IdRange ids, ChunkId? after, KnownDamage known, SecondReads? second, CancellationToken cancellationToken)
    {
        var needed = new HashSet<ChunkId>();
        await foreach (ChunkList list in BackupLists.OpenAsync(store, manifest, second, cancellationToken))
        {
            needed.UnionWith(list.Entries.Where(e => !e.IsInline && ids.Contains(e.Id) && IsBehind(e.Id, after)).Select(e => e.Id));
        }

        ChunkId[] inOrder = [.. needed];
        Array.Sort(inOrder, ChunkId.Compare);
        return await ReadAsync(inOrder, isComplete: true, mustExist: true, known, cancellationToken);
    }

    /// <summary>Reads until the time is used up; both ways of listing give the order of ids.</summary>
    private async Task<ChunkFindings> ReadAsync(IReadOnlyList<ChunkId> ids, bool isComplete, bool mustExist, KnownDamage known, CancellationToken cancellationToken)
    {
        var found = new ChunkFindings();
        long began = time.GetTimestamp();
        foreach (ChunkId[] some in ids.Chunk(ChunksPerLook))
        {
            await foreach ((ChunkId id, int length, BackupException? problem) in Prefetch.InOrderAsync(some, _inFlight, TryReadAsync, cancellationToken))
            {
                found.Chunks++;
                found.Bytes += length;
                if (problem is SealException or OversizedBlobException || (problem is not null && mustExist))
                {
                    found.Damages.Add(BlobNames.Chunk(id).Value, problem);
                }
                else if (problem is null && known.Contains(id))
                {
                    found.Sound.Add(id);
                }
            }

            // Between two steps no read is in flight, so that no chunk is read twice.
            if (time.GetElapsedTime(began) >= options.TransferTime && found.Chunks < ids.Count)
            {
                found.After = some[^1];
                return found;
            }
        }

        found.After = isComplete || ids.Count == 0 ? null : ids[^1];
        return found;
    }

    private async Task<(ChunkId Id, int Length, BackupException? Problem)> TryReadAsync(ChunkId id, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => SealedChunks.FindAsync(store, id, cancellationToken), cancellationToken) is { } plaintext
                ? (id, plaintext.Length, null)
                : (id, 0, new MissingBlobException(BlobNames.Chunk(id), "is missing: a chunk that the backup needs"));
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return (id, 0, e);
        }
    }

    private static bool IsBehind(ChunkId id, ChunkId? after) => after is not { } passed || ChunkId.Compare(id, passed) > 0;
}
