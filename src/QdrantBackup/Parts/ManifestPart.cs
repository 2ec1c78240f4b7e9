using QdrantBackup.Ids;

namespace QdrantBackup.Parts;

/// <summary>One captured snapshot inside a backup.</summary>
public sealed record ManifestPart
{
    /// <summary>Its number in this backup, from 1.</summary>
    public required int PartNo { get; init; }

    /// <summary>What it holds.</summary>
    public required PartKey Key { get; init; }

    /// <summary>How it was captured: collection, shard, stream, points.</summary>
    public required string Way { get; init; }

    /// <summary>The snapshot's file name on the node.</summary>
    public required string SnapshotName { get; init; }

    /// <summary>The snapshot's length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the whole snapshot, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>How far that hash is proven.</summary>
    public required PartProof Proof { get; init; }

    /// <summary>Its byte ranges, in order and without gaps.</summary>
    public required IReadOnlyList<ManifestRange> Ranges { get; init; }

    /// <summary>What the walk over the archive saw.</summary>
    public ManifestArchive? Archive { get; init; }

    /// <summary>Bytes read, stored and reused.</summary>
    public required CaptureTotals Totals { get; init; }
}

/// <summary>One byte range of a part and the chunk list that rebuilds it.</summary>
/// <param name="Range">Its number; later ranges have greater ones.</param>
/// <param name="Offset">Where it begins in the snapshot.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of the range, lower-case hex.</param>
/// <param name="List">The blob name of its chunk list.</param>
/// <param name="ListHash">The keyed hash of the list's plaintext, 64 hex digits.</param>
public sealed record ManifestRange(int Range, long Offset, long Length, string Sha256, string List, string ListHash);

/// <summary>What the walk over a part's archive saw in the pass that captured it.</summary>
/// <param name="IsTar">Whether it is an archive at all.</param>
/// <param name="Ended">Whether its end was seen.</param>
/// <param name="Members">How many members it has, nested ones included.</param>
public sealed record ManifestArchive(bool IsTar, bool Ended, long Members);

/// <summary>What capturing cost.</summary>
public sealed record CaptureTotals
{
    /// <summary>Nothing yet.</summary>
    public static CaptureTotals None { get; } = new();

    /// <summary>Bytes read from Qdrant.</summary>
    public long Bytes { get; init; }

    /// <summary>Of these, bytes in chunks that were not reused, and inline bytes.</summary>
    public long NewBytes { get; init; }

    /// <summary>Bytes put into the store, sealed: chunks and lists.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Chunks referenced.</summary>
    public long Chunks { get; init; }

    /// <summary>Of these, chunks put.</summary>
    public long NewChunks { get; init; }

    /// <summary>The sum of two.</summary>
    public static CaptureTotals operator +(CaptureTotals left, CaptureTotals right) => left.Add(right);

    /// <summary>The sum of this and another.</summary>
    public CaptureTotals Add(CaptureTotals other) => new()
    {
        Bytes = Bytes + other.Bytes,
        NewBytes = NewBytes + other.NewBytes,
        StoredBytes = StoredBytes + other.StoredBytes,
        Chunks = Chunks + other.Chunks,
        NewChunks = NewChunks + other.NewChunks,
    };
}

/// <summary>What a listing of manifests shows of a backup without opening it: sealed, in the blob's metadata.</summary>
public sealed record BackupSummary
{
    /// <summary>Version of the format.</summary>
    public required int Format { get; init; }

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>True for the marker of a dead run: no backup.</summary>
    public bool Aborted { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When its last part was done.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Complete or partial.</summary>
    public required BackupState State { get; init; }

    /// <summary>The schedule that started it, or null.</summary>
    public string? Schedule { get; init; }

    /// <summary>Retention classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The key of its selection (<see cref="BackupSelection.Key"/>); null for a whole backup.</summary>
    public string? Selection { get; init; }

    /// <summary>Why a person must confirm it before it counts, or null.</summary>
    public string? Suspect { get; init; }

    /// <summary>Names of the collections in it, as many as fit; see <see cref="CollectionCount"/>.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>How many collections are in it.</summary>
    public required int CollectionCount { get; init; }

    /// <summary>How many parts it has.</summary>
    public required int PartCount { get; init; }

    /// <summary>How many parts' whole-file proofs are owed.</summary>
    public int OwedProofs { get; init; }

    /// <summary>Points of all collections together, as counted.</summary>
    public ulong PointCount { get; init; }

    /// <summary>How many collections could not be counted, and are missing in that sum; null: none.</summary>
    public int? UncountedCollections { get; init; }

    /// <summary>Sums over all parts.</summary>
    public required CaptureTotals Totals { get; init; }

    /// <summary>The keyed hash of the manifest's plaintext, 64 hex digits.</summary>
    public required string ManifestHash { get; init; }
}
