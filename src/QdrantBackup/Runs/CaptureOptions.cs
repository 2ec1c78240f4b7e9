using QdrantBackup.Parts;
using QdrantBackup.Sealing;

namespace QdrantBackup.Runs;

/// <summary>Limits and names of capturing and restoring; memory follows from these, never from the size of the data (W7).</summary>
public sealed record CaptureOptions
{
    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The team that owns the data, or null.</summary>
    public string? Owner { get; init; }

    /// <summary>The app's version, for manifests.</summary>
    public string AppVersion { get; init; } = "0.1.0";

    /// <summary>How many chunks a transfer may have on their way to or from the store; each takes up to 16 MiB, usually 4.</summary>
    public int MaxChunksInFlight { get; init; } = 4;

    /// <summary>Whether chunks and lists are compressed where that pays.</summary>
    public ChunkCompression Compression { get; init; } = ChunkCompression.Auto;

    /// <summary>Collections, by name or pattern, that are never compressed, whichever <see cref="Compression"/> is set.</summary>
    public IReadOnlyList<string> Uncompressed { get; init; } = [];

    /// <summary>A range ends at the first piece boundary after so many bytes.</summary>
    public long RangeBytes { get; init; } = 4L << 30;

    /// <summary>A transfer returns its position after this time.</summary>
    public TimeSpan TransferTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many chunk ids of a base are remembered; chunks beyond that are uploaded again.</summary>
    public int MaxKnownChunks { get; init; } = 1_000_000;

    /// <summary>How data of a collection is compressed.</summary>
    public ChunkCompression CompressionOf(string collection) =>
        NamePattern.MatchesAny(Uncompressed, collection) ? ChunkCompression.None : Compression;
}
