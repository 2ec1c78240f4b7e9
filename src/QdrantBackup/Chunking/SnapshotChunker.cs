using QdrantBackup.Storage;

namespace QdrantBackup.Chunking;

/// <summary>
/// Cuts a snapshot into pieces along the members of its archive as the bytes pass (docs/format.md §4): one pass, one chunk in memory,
/// and the same pieces however the reads are split.
/// </summary>
public sealed class SnapshotChunker : IDisposable
{
    private readonly TarWalker _walker;
    private byte[] _buffer = ChunkBuffers.Rent(PieceRules.ChunkLength);
    private int _length;
    private int _target;
    private long _inlineBytes;
    private bool _isInline;
    private bool _isReady;
    private bool _isComplete;

    /// <summary>Begins a stream, or goes on where <see cref="SaveState"/> left off.</summary>
    public SnapshotChunker(ChunkerState? resumeFrom = null)
    {
        _walker = resumeFrom is null ? new TarWalker() : new TarWalker(resumeFrom.Archive, resumeFrom.Summary);
        _inlineBytes = resumeFrom?.InlineBytes ?? 0;
    }

    /// <summary>What the archive has shown so far.</summary>
    public ArchiveSummary Summary => _walker.Summary;

    /// <summary>
    /// Where the caller may write the next bytes of the stream without another buffer, at most as many as there is room; empty where a block must be parsed
    /// first. Report the number of bytes with <see cref="Advance"/>.
    /// </summary>
    internal Memory<byte> Space
    {
        get
        {
            if (_isReady || _isComplete || !PieceRules.IsChunk(_walker))
            {
                return default;
            }

            if (_length == 0)
            {
                BeginPiece();
            }

            int room = _target - _length;
            return _buffer.AsMemory(_length, _walker.Remaining == TarWalker.Unknown ? room : (int)Math.Min(room, _walker.Remaining));
        }
    }

    /// <summary>Takes bytes until a piece is ready and returns how many it took. Take the piece before the next call.</summary>
    public int Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_isComplete)
        {
            throw new InvalidOperationException("the stream was completed");
        }

        int taken = 0;
        while (taken < data.Length && !_isReady)
        {
            if (_length == 0)
            {
                BeginPiece();
            }

            int count = Math.Min(data.Length - taken, _target - _length);
            if (_walker.Remaining != TarWalker.Unknown)
            {
                count = (int)Math.Min(count, _walker.Remaining);
            }

            data.Slice(taken, count).CopyTo(_buffer.AsSpan(_length));
            Advance(count);
            taken += count;
        }

        return taken;
    }

    /// <summary>Takes bytes that were written to <see cref="Space"/>.</summary>
    internal void Advance(int count)
    {
        bool isStructure = !PieceRules.IsChunk(_walker);
        _walker.Consume(_buffer.AsSpan(_length, count));
        _length += count;
        _isReady = isStructure ? IsRunOver() : _length == _target;
    }

    /// <summary>Hands over the buffer of the piece that was taken last, which belongs to <see cref="ChunkBuffers"/>; the piece begins at its first byte.</summary>
    internal byte[] DetachBuffer()
    {
        byte[] buffer = _buffer;
        _buffer = ChunkBuffers.Rent(PieceRules.ChunkLength);
        return buffer;
    }

    /// <summary>Hands out the piece that is ready, if one is; its bytes are valid until the next call of <see cref="Append"/>.</summary>
    public bool TryTake(out Piece piece)
    {
        if (!_isReady)
        {
            piece = default;
            return false;
        }

        piece = new Piece(_isInline, _buffer.AsMemory(0, _length));
        _inlineBytes += _isInline ? _length : 0;
        (_length, _isReady) = (0, false);
        return true;
    }

    /// <summary>Ends the stream, or the range of it that this chunker cuts; drain <see cref="TryTake"/> before and after.</summary>
    public void Complete()
    {
        if (_isReady)
        {
            throw new InvalidOperationException("a piece is ready and must be taken first");
        }

        _isComplete = true;
        _isReady = _length > 0;
        if (_isReady && !_isInline && _length < PieceRules.SmallMember)
        {
            _isInline = PieceRules.HasRoomInline(_inlineBytes);
        }
    }

    /// <summary>Where it stands; only when the last piece has been taken and nothing was appended since.</summary>
    /// <exception cref="InvalidOperationException">Bytes are buffered.</exception>
    public ChunkerState SaveState() => _length == 0
        ? new ChunkerState(_walker.Place, _inlineBytes, _walker.Summary)
        : throw new InvalidOperationException("bytes are buffered: state can be kept only between two pieces");

    /// <inheritdoc/>
    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ChunkBuffers.Return(buffer, buffer.Length);
        }
    }

    private void BeginPiece()
    {
        if (PieceRules.IsChunk(_walker))
        {
            (_isInline, _target) = (false, PieceRules.NextLength(_walker.Remaining));
        }
        else
        {
            _isInline = PieceRules.HasRoomInline(_inlineBytes);
            _target = _isInline ? PieceRules.InlineRunLength : PieceRules.ChunkLength;
        }
    }

    /// <summary>A run of structure ends where a chunk begins, or where the next block or byte would not fit: never inside a block.</summary>
    private bool IsRunOver() =>
        PieceRules.IsChunk(_walker)
        || _length == _target
        || (_walker.IsAtBlock && !_walker.IsInsideBlock && _target - _length < TarHeader.BlockLength);
}
