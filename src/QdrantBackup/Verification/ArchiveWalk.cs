using QdrantBackup.Chunking;

namespace QdrantBackup.Verification;

/// <summary>Walks the archive of a part while it is rebuilt, as the pass that captured it did.</summary>
internal sealed class ArchiveWalk
{
    private readonly TarWalker _walker = new();

    /// <summary>What the archive has shown so far.</summary>
    public ArchiveSummary Summary => _walker.Summary;

    /// <summary>Passes the next bytes, as many as there are.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = _walker.Remaining == TarWalker.Unknown ? bytes.Length : (int)Math.Min(bytes.Length, _walker.Remaining);
            _walker.Consume(bytes[..count]);
            bytes = bytes[count..];
        }
    }
}
