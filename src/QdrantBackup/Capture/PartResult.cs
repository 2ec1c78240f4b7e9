using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>All that was transferred of one part.</summary>
public sealed record PartDone
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The part's number in the run's plan.</summary>
    public required int PartNo { get; init; }

    /// <summary>The snapshot, as the node listed it.</summary>
    public required SnapshotDescription Snapshot { get; init; }

    /// <summary>A receipt per range, in order; their chunker states may be left out.</summary>
    public required IReadOnlyList<RangeReceipt> Ranges { get; init; }

    /// <summary>When the snapshot was first seen on the node; null in steps of an earlier version.</summary>
    public DateTimeOffset? Seen { get; init; }
}

/// <summary>Why a part is missing.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PartNo">The part's number in the run's plan.</param>
/// <param name="Error">What failed.</param>
/// <param name="Hint">What to do about it.</param>
public sealed record PartFailed(RunId RunId, int PartNo, string Error, string? Hint);

/// <summary>How one part ended; a sealed document of its run, from which the commit builds the manifest.</summary>
public sealed record PartResult
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The part's number.</summary>
    public required int PartNo { get; init; }

    /// <summary>When its snapshot was found whole in the store, or when the part was given up.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When its snapshot was begun, by the node's clock: its data is from then on, not earlier. Null where the name does not show it.</summary>
    public DateTimeOffset? Begun { get; init; }

    /// <summary>When its snapshot was first seen on the node: its data is not from later on.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>The part as the manifest will hold it, or null when it is missing.</summary>
    public ManifestPart? Part { get; init; }

    /// <summary>Exact count after the snapshot, or null.</summary>
    public ulong? PointCount { get; init; }

    /// <summary>Why there is no count.</summary>
    public string? CountProblem { get; init; }

    /// <summary>Why it is missing.</summary>
    public string? Error { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }
}

/// <summary>The summary of a part's end that an orchestrator needs.</summary>
/// <param name="PartNo">The part's number.</param>
/// <param name="Proof">How far its hash is proven; null when it is missing.</param>
/// <param name="Totals">What it cost.</param>
/// <param name="Error">Why it is missing.</param>
/// <param name="Hint">What to do about it.</param>
public sealed record PartReceipt(int PartNo, PartProof? Proof, CaptureTotals Totals, string? Error, string? Hint);
