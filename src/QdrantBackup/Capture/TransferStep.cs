using System.Text.Json.Serialization;
using QdrantBackup.Chunking;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>Which bytes of which snapshot to transfer next.</summary>
public sealed record TransferStep
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The part's number in the run's plan.</summary>
    public required int PartNo { get; init; }

    /// <summary>The snapshot, as the node lists it.</summary>
    public required SnapshotDescription Snapshot { get; init; }

    /// <summary>The range's number, from 0.</summary>
    public int Range { get; init; }

    /// <summary>Where it begins.</summary>
    public long Offset { get; init; }

    /// <summary>The chunker's state there; null at the beginning.</summary>
    public ChunkerState? State { get; init; }

    /// <summary>Where the next planned range begins; null to go on to the end of the snapshot, in as many ranges as it takes.</summary>
    public long? End { get; init; }

    /// <summary>Whether the server offers no ranges, so that a transfer that stops could not go on.</summary>
    public bool InOneStream { get; init; }

    /// <summary>How many chunks this range may have in flight, where ranges of a part share the limit; null: as configured.</summary>
    public int? ChunksInFlight { get; init; }

    /// <summary>The file's ETag as the first answer gave it.</summary>
    public string? ETag { get; init; }

    /// <summary>The step after a receipt that is not the last.</summary>
    public TransferStep After(RangeReceipt receipt) =>
        this with { Range = receipt.Range + 1, Offset = receipt.NextOffset, State = receipt.State, ETag = receipt.ETag };
}

/// <summary>What one transfer stored.</summary>
public sealed record RangeReceipt
{
    /// <summary>The range's number.</summary>
    public required int Range { get; init; }

    /// <summary>Where it begins.</summary>
    public required long Offset { get; init; }

    /// <summary>Its length.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of its bytes, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The blob name of its chunk list.</summary>
    public required string List { get; init; }

    /// <summary>The keyed hash of the list's plaintext, 64 hex digits.</summary>
    public required string ListHash { get; init; }

    /// <summary>What it cost.</summary>
    public required CaptureTotals Totals { get; init; }

    /// <summary>Length of the whole snapshot.</summary>
    public required long SnapshotLength { get; init; }

    /// <summary>Where the next range begins.</summary>
    [JsonIgnore]
    public long NextOffset => Offset + Length;

    /// <summary>Whether the snapshot ends with this range.</summary>
    public required bool IsLast { get; init; }

    /// <summary>Where to continue when it is not the last.</summary>
    public ChunkerState? State { get; init; }

    /// <summary>The file's ETag.</summary>
    public string? ETag { get; init; }

    /// <summary>SHA-256 of the whole snapshot when this one range is all of it, else null.</summary>
    public string? WholeSha256 { get; init; }

    /// <summary>The summary of the archive, when this is the last range.</summary>
    public ManifestArchive? Archive { get; init; }

    /// <summary>The range as the manifest lists it.</summary>
    public ManifestRange ToManifest() => new(Range, Offset, Length, Sha256, List, ListHash);
}
