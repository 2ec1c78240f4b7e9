using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>
/// Copies single chunks as they are sealed. A chunk that passes through this machine is opened before it is put. The service's own copy is not, so it is used only
/// where the target has no blob of that name: an unchecked copy must not replace a chunk that may be good.
/// </summary>
internal sealed class ChunkCopy(SealedStore source, SealedStore target)
{
    // One in so many of the chunks that this machine never saw is read back.
    private const int SampleOneIn = 16;

    private readonly IServerSideCopy? _direct = target.Blobs as IServerSideCopy;

    /// <summary>Copies a chunk and returns its sealed length.</summary>
    /// <exception cref="BackupException">The source has no whole one, or one of the stores failed.</exception>
    public async Task<long> CopyAsync(ChunkId id, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Chunk(id);
        if (_direct?.CanCopyFrom(source.Blobs) == true && await _direct.TryCopyFromAsync(source.Blobs, name, cancellationToken) is { } copied)
        {
            if (id.Prefix % SampleOneIn != 0 || await IsWholeAsync(id, cancellationToken))
            {
                return copied.Length;
            }
        }

        StoredBlob blob = await source.Blobs.GetAsync(name, SealedChunks.MaxSealedLength, cancellationToken)
            ?? throw new MissingBlobException(name, "is missing: a chunk that the backup needs");
        _ = SealedChunks.Open(source, id, blob.Content.Span);
        return (await target.Blobs.PutAsync(name, blob.Content, PutCondition.Always, summary: null, cancellationToken)).Length;
    }

    private async Task<bool> IsWholeAsync(ChunkId id, CancellationToken cancellationToken)
    {
        try
        {
            return await SealedChunks.FindAsync(target, id, cancellationToken) is not null;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            // Read and put instead: that shows which store is damaged.
            return false;
        }
    }
}
