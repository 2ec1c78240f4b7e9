using System.Text.Json.Serialization;
using QdrantBackup.App.Runs;
using QdrantBackup.Capture;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>What a plan came to: one lane per node, and what they hold together.</summary>
/// <param name="Lanes">The lanes that have parts.</param>
/// <param name="Parts">Parts in all lanes.</param>
/// <param name="Bytes">Expected bytes in all lanes.</param>
/// <param name="MaxParallelParts">How many parts may be under way at once, over all lanes.</param>
public sealed record PlanReceipt(IReadOnlyList<LanePlan> Lanes, int Parts, long Bytes, int MaxParallelParts);

/// <summary>One node's share of a backup.</summary>
/// <param name="Lane">Its number.</param>
/// <param name="Parts">How many parts it has.</param>
/// <param name="Width">How many of them may be under way at once: as many stored snapshots as the node may hold.</param>
/// <param name="Ranges">How large parts are split.</param>
public sealed record LanePlan(int Lane, int Parts, int Width, RangeLimits? Ranges = null);

/// <summary>How large parts are split.</summary>
/// <param name="AtOnce">How many ranges of one part may be under way at once.</param>
/// <param name="Bytes">Parts larger than this are split.</param>
public sealed record RangeLimits(int AtOnce, long Bytes)
{
    /// <summary>Whether a snapshot of so many bytes is transferred in ranges beside each other.</summary>
    public bool Splits(long length) => AtOnce > 1 && length > Bytes;
}

/// <summary>Where a lane goes on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RootId">The instance that is told of progress.</param>
/// <param name="Lane">The lane.</param>
/// <param name="From">The first part not yet begun, counted within the lane.</param>
/// <param name="SoFar">What the earlier generations of this lane came to.</param>
public sealed record LaneInput(string RunId, string RootId, LanePlan Lane, int From, LaneOutcome SoFar);

/// <summary>Which parts of a lane to list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Lane">The lane's number.</param>
/// <param name="From">How many to pass over.</param>
/// <param name="Count">How many to list.</param>
public sealed record LanePageInput(string RunId, int Lane, int From, int Count);

/// <summary>Some parts of a lane, smallest first.</summary>
/// <param name="Parts">The parts.</param>
public sealed record LanePage(IReadOnlyList<LanePart> Parts);

/// <summary>One part to capture.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Part">The part.</param>
/// <param name="Ranges">How it is split if it is large; null: not at all.</param>
/// <param name="Awaited">The snapshot that was begun and is awaited on; null where none is yet.</param>
public sealed record PartInput(RunId RunId, LanePart Part, RangeLimits? Ranges = null, AwaitedSnapshot? Awaited = null);

/// <summary>How one part ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartState>))]
public enum PartState
{
    /// <summary>It is in the store.</summary>
    Captured,

    /// <summary>It is not.</summary>
    Failed,

    /// <summary>Somebody cancelled the run before it was.</summary>
    Cancelled,
}

/// <summary>What became of one part.</summary>
/// <param name="State">How it ended.</param>
/// <param name="Errors">What went wrong, also on the way to success: snapshots that could not be deleted, or are not known to be ours.</param>
/// <param name="MayPass">Whether another attempt may succeed.</param>
/// <param name="Bytes">Bytes read of it.</param>
public sealed record PartOutcome(PartState State, IReadOnlyList<RunError> Errors, bool MayPass = false, long Bytes = 0);

/// <summary>What became of a lane so far.</summary>
/// <param name="Captured">Parts captured.</param>
/// <param name="Failed">Parts that failed.</param>
/// <param name="Cancelled">Parts given up because the run was cancelled.</param>
/// <param name="Bytes">Bytes read of the parts that are over.</param>
/// <param name="Expected">Bytes that the plan expected of these parts.</param>
/// <param name="Current">Parts under way.</param>
/// <param name="Errors">The first errors; each part's own record has its own.</param>
public sealed record LaneOutcome(int Captured, int Failed, int Cancelled, long Bytes, long Expected, IReadOnlyList<string> Current, IReadOnlyList<RunError> Errors)
{
    /// <summary>How many errors a lane carries along.</summary>
    public const int MaxErrors = 20;

    /// <summary>Nothing yet.</summary>
    public static LaneOutcome Nothing { get; } = new(0, 0, 0, 0, 0, [], []);

    /// <summary>Parts that are over, whatever became of them.</summary>
    [JsonIgnore]
    public int Over => Captured + Failed + Cancelled;

    /// <summary>This and one more part.</summary>
    internal LaneOutcome With(LanePart part, PartOutcome outcome) => this with
    {
        Captured = Captured + (outcome.State == PartState.Captured ? 1 : 0),
        Failed = Failed + (outcome.State == PartState.Failed ? 1 : 0),
        Cancelled = Cancelled + (outcome.State == PartState.Cancelled ? 1 : 0),
        Bytes = Bytes + outcome.Bytes,
        Expected = Expected + part.ExpectedBytes,
        Errors = [.. Errors.Concat(outcome.Errors).Take(MaxErrors)],
    };
}

/// <summary>What a lane tells the run while it goes on.</summary>
/// <param name="Lane">The lane's number.</param>
/// <param name="Outcome">What it came to so far.</param>
public sealed record LaneReport(int Lane, LaneOutcome Outcome);
