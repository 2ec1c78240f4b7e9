using System.Security.Cryptography;
using QdrantBackup.Chunking;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>One range in transfer: reads bytes, adds pieces to the list or the store, and hashes them.</summary>
internal sealed class RangeCapture(ChunkerState? state, ChunkListWriter list, ChunkUploads uploads) : IDisposable
{
    private const int ReadBufferLength = 256 * 1024;
    private const int MinDirectRead = 64 * 1024;

    private readonly SnapshotChunker _chunker = new(state);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadBufferLength);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> _rest;
    private long _inlineBytes;

    public ChunkListWriter List => list;

    /// <summary>Bytes of the range that are in the list: whole pieces only.</summary>
    public long Length => list.Length;

    /// <summary>What the archive has shown so far, earlier ranges included.</summary>
    public ArchiveSummary Summary => _chunker.Summary;

    /// <summary>Reads until a piece ends; false at the end of the stream, and then every piece is in the list or in upload.</summary>
    public async Task<bool> ReadPieceAsync(Stream source, CancellationToken cancellationToken)
    {
        do
        {
            if (!_rest.IsEmpty)
            {
                int taken = _chunker.Append(_rest.Span);
                _sha256.AppendData(_rest.Span[..taken]);
                _rest = _rest[taken..];
                continue;
            }

            // Reads straight into the chunk buffer, unless so little of it is left that reads would become small; never more than fits the processor's cache.
            Memory<byte> space = _chunker.Space;
            bool isDirect = space.Length >= MinDirectRead;
            space = isDirect ? space[..Math.Min(space.Length, ReadBufferLength)] : _buffer;
            int count = await source.ReadAsync(space, cancellationToken);
            if (count == 0)
            {
                _chunker.Complete();
                await DrainAsync();
                return false;
            }

            if (isDirect)
            {
                _sha256.AppendData(space.Span[..count]);
                _chunker.Advance(count);
            }
            else
            {
                _rest = space[..count];
            }
        }
        while (!await DrainAsync());

        return true;
    }

    /// <summary>SHA-256 of the range so far; between two pieces it covers all bytes.</summary>
    public byte[] Sha256() => _sha256.GetCurrentHash();

    /// <summary>Where the next range begins; it has its own list.</summary>
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
            if (piece.IsInline && list.TryAddInline(piece.Bytes.Span))
            {
                _inlineBytes += piece.Bytes.Length;
            }
            else
            {
                await uploads.AddAsync(_chunker.DetachBuffer(), piece.Bytes.Length);
            }
        }

        return any;
    }
}
