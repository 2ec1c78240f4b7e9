namespace QdrantBackup.Chunking;

/// <summary>Cuts a snapshot into pieces along the members of the archive as its bytes pass (docs/format.md §4): one pass, one chunk in memory.</summary>
public sealed class SnapshotChunker : IDisposable
{
    /// <summary>Begins a stream, or goes on where <see cref="SaveState"/> left off.</summary>
    public SnapshotChunker(ChunkerState? resumeFrom = null) => Summary = resumeFrom?.Summary ?? ArchiveSummary.Empty;

    /// <summary>What the archive has shown so far.</summary>
    public ArchiveSummary Summary { get; }

    /// <summary>Takes bytes until a piece is ready; says how many it took.</summary>
    public int Append(ReadOnlySpan<byte> data) => throw new NotImplementedException();

    /// <summary>Hands out the piece that is ready, if one is.</summary>
    public bool TryTake(out Piece piece) => throw new NotImplementedException();

    /// <summary>Ends the stream; drain <see cref="TryTake"/> afterwards.</summary>
    public void Complete() => throw new NotImplementedException();

    /// <summary>Where it stands; only between two pieces.</summary>
    public ChunkerState SaveState() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
