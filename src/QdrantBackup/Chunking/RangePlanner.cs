namespace QdrantBackup.Chunking;

/// <summary>Where a range of a snapshot can begin, and the chunker's state there; null at the snapshot's beginning.</summary>
/// <param name="Offset">Bytes of the snapshot before it.</param>
/// <param name="State">What a chunker goes on with.</param>
public sealed record RangeStart(long Offset, ChunkerState? State);

/// <summary>Reads some bytes of a snapshot: exactly as many as asked for, which never reach beyond its end.</summary>
internal delegate Task<ReadOnlyMemory<byte>> ReadAt(long offset, int count, CancellationToken cancellationToken);

/// <summary>
/// Finds places at which a snapshot can be split so that its ranges, cut each for itself and in any order, give the chunks that one pass gives: where a chunk begins
/// in one pass too. It walks the archive by its headers alone (docs/format.md §4).
/// </summary>
internal sealed class RangePlanner(long length, long rangeBytes, ReadAt read)
{
    /// <summary>More ranges would make long histories and gain nothing.</summary>
    public const int MaxRanges = 256;

    // Headers and small members come in runs; one read usually covers all of them between two large members.
    private const int WindowLength = 64 << 10;
    private const int MaxReads = 100_000;

    private readonly TarWalker _walker = new();
    private readonly List<RangeStart> _starts = [new RangeStart(0, null)];
    private ReadOnlyMemory<byte> _window;
    private long _windowAt;

    /// <summary>How many reads it made.</summary>
    public int Reads { get; private set; }

    /// <summary>The starts, in order. When reading takes too long, the last start covers everything that was not read.</summary>
    public async Task<IReadOnlyList<RangeStart>> PlanAsync(CancellationToken cancellationToken, Func<bool>? isTimeUp = null)
    {
        while (_walker.Offset < length && _starts.Count < MaxRanges && Reads < MaxReads && isTimeUp?.Invoke() is not true)
        {
            if (_walker.MustRead)
            {
                await ReadOnAsync(cancellationToken);
            }
            else if (PieceRules.IsChunk(_walker))
            {
                PassChunks();
            }
            else
            {
                _walker.Skip(Math.Min(_walker.Remaining, length - _walker.Offset));
            }
        }

        return _starts;
    }

    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        long at = _walker.Offset - _windowAt;
        if (at < 0 || at >= _window.Length)
        {
            Reads++;
            (_windowAt, at) = (_walker.Offset, 0);
            _window = await read(_windowAt, (int)Math.Min(WindowLength, length - _windowAt), cancellationToken);
        }

        _walker.Consume(_window.Span.Slice((int)at, (int)Math.Min(_window.Length - at, _walker.Remaining)));
    }

    /// <summary>Passes a member, or bytes without structure, and splits it at the first chunks that begin after another range's length.</summary>
    private void PassChunks()
    {
        long begin = _walker.Offset;
        long end = _walker.Remaining == TarWalker.Unknown ? length : Math.Min(length, begin + _walker.Remaining);
        while (_starts.Count < MaxRanges)
        {
            long wanted = _starts[^1].Offset + rangeBytes;
            long chunks = Math.Max(0, (wanted - begin + PieceRules.ChunkLength - 1) / PieceRules.ChunkLength);
            long start = begin + (chunks * PieceRules.ChunkLength);
            if (start >= end)
            {
                break;
            }

            _walker.Skip(start - _walker.Offset);
            _starts.Add(new RangeStart(start, new ChunkerState(_walker.Place, InlineBytes: 0, _walker.Summary)));
        }

        _walker.Skip(end - _walker.Offset);
    }
}
