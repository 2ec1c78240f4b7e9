using System.Security.Cryptography;
using QdrantBackup.Chunking;
using QdrantBackup.Manifests;

namespace QdrantBackup.Capture;

/// <summary>One range on its way: bytes in, pieces into the list or the store, their hash beside.</summary>
internal sealed class RangeCapture(ChunkerState? state, ChunkListWriter list, ChunkUploads uploads) : IDisposable
{
    private readonly SnapshotChunker _chunker = new(state);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _inlineBytes;

    public ChunkListWriter List => list;

    /// <summary>Bytes of the range that are in the list: whole pieces only.</summary>
    public long Length => list.Length;

    /// <summary>What the archive has shown so far, earlier ranges included.</summary>
    public ArchiveSummary Summary => _chunker.Summary;

    /// <summary>Takes bytes; tells how many, and whether it stands between two pieces.</summary>
    public async Task<(int Taken, bool PieceEnded)> AppendAsync(ReadOnlyMemory<byte> data)
    {
        int taken = _chunker.Append(data.Span);
        return (taken, await DrainAsync());
    }

    /// <summary>Ends the stream.</summary>
    public async Task CompleteAsync()
    {
        _chunker.Complete();
        await DrainAsync();
    }

    /// <summary>SHA-256 of the range so far.</summary>
    public byte[] Sha256() => _sha256.GetCurrentHash();

    /// <summary>Where the next range goes on, with a list of its own.</summary>
    public ChunkerState SaveState() => _chunker.SaveState() with { InlineBytes = 0 };

    /// <summary>What the range cost.</summary>
    public CaptureTotals Totals(long listLength) => new()
    {
        Bytes = Length,
        NewBytes = uploads.NewBytes + _inlineBytes,
        StoredBytes = uploads.StoredBytes + listLength,
        Chunks = uploads.Chunks,
        NewChunks = uploads.NewChunks,
    };

    public void Dispose()
    {
        _chunker.Dispose();
        _sha256.Dispose();
    }

    private async Task<bool> DrainAsync()
    {
        bool any = false;
        while (_chunker.TryTake(out Piece piece))
        {
            any = true;

            // Hashed piece by piece, not as it arrives: the range ends where its last piece does.
            _sha256.AppendData(piece.Bytes.Span);
            if (piece.IsInline && list.TryAddInline(piece.Bytes.Span))
            {
                _inlineBytes += piece.Bytes.Length;
            }
            else
            {
                await uploads.AddAsync(piece.Bytes);
            }
        }

        return any;
    }
}
