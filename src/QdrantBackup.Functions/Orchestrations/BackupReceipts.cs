namespace QdrantBackup.Functions.Orchestrations;

/// <summary>What a plan came to: so many lanes, one per node, and what they hold.</summary>
/// <param name="Lanes">One lane per node that has parts.</param>
/// <param name="Parts">Parts in all lanes.</param>
/// <param name="Bytes">Expected bytes in all lanes.</param>
public sealed record PlanReceipt(IReadOnlyList<LanePlan> Lanes, int Parts, long Bytes);

/// <summary>One node's share of a backup.</summary>
/// <param name="Lane">Its number.</param>
/// <param name="Parts">How many parts it has.</param>
/// <param name="Width">How many of them may be under way at once: as many stored snapshots as the node may hold.</param>
public sealed record LanePlan(int Lane, int Parts, int Width);

/// <summary>Where a lane goes on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RootId">The instance that is told of progress.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Width">How many parts at once.</param>
/// <param name="From">The first part not yet done, counted within the lane.</param>
/// <param name="SoFar">What the earlier generations of this lane came to.</param>
public sealed record LaneInput(string RunId, string RootId, LanePlan Lane, int From, LaneOutcome SoFar);

/// <summary>Some parts of a lane, smallest first.</summary>
/// <param name="Parts">The parts.</param>
public sealed record LanePage(IReadOnlyList<PartRef> Parts);

/// <summary>One part to capture.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PartNo">Its number in the plan.</param>
/// <param name="Label">The collection, and the shard if it is one: what people call it.</param>
/// <param name="ExpectedBytes">What the plan expects it to hold.</param>
public sealed record PartRef(string RunId, int PartNo, string Label, long ExpectedBytes);

/// <summary>What became of one part.</summary>
/// <param name="State">captured, failed or cancelled.</param>
/// <param name="Bytes">Bytes read from the node.</param>
/// <param name="Errors">What went wrong, also on the way to success: snapshots that could not be deleted, or are not known to be ours.</param>
public sealed record PartOutcome(string State, long Bytes, IReadOnlyList<RunError> Errors);

/// <summary>What became of a lane so far.</summary>
/// <param name="Captured">Parts captured.</param>
/// <param name="Failed">Parts that failed.</param>
/// <param name="Cancelled">Parts not captured because the run was cancelled.</param>
/// <param name="Bytes">Bytes of the parts that are done, by the plan's estimate.</param>
/// <param name="Current">Parts under way.</param>
/// <param name="Errors">The first errors.</param>
public sealed record LaneOutcome(int Captured, int Failed, int Cancelled, long Bytes, IReadOnlyList<string> Current, IReadOnlyList<RunError> Errors)
{
    /// <summary>How many errors a lane carries along; each part's own record has all of its.</summary>
    public const int MaxErrors = 20;

    /// <summary>Nothing yet.</summary>
    public static LaneOutcome Nothing { get; } = new(0, 0, 0, 0, [], []);

    /// <summary>Parts that are over, whatever became of them.</summary>
    public int Over => Captured + Failed + Cancelled;

    /// <summary>This and one more part.</summary>
    internal LaneOutcome With(PartRef part, PartOutcome outcome) => this with
    {
        Captured = Captured + (outcome.State == PartStates.Captured ? 1 : 0),
        Failed = Failed + (outcome.State == PartStates.Failed ? 1 : 0),
        Cancelled = Cancelled + (outcome.State == PartStates.Cancelled ? 1 : 0),
        Bytes = Bytes + part.ExpectedBytes,
        Errors = [.. Errors.Concat(outcome.Errors).Take(MaxErrors)],
    };
}

/// <summary>What a part can become.</summary>
internal static class PartStates
{
    public const string Captured = "captured";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>What a run can become.</summary>
internal static class RunStates
{
    public const string Complete = "complete";
    public const string Partial = "partial";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>Names of external events.</summary>
internal static class Events
{
    public const string Cancel = "Cancel";
    public const string Approve = "Approve";
    public const string Progress = "Progress";
}

/// <summary>Whose turn it is.</summary>
/// <param name="Taken">Whether the run has the cluster to itself now.</param>
/// <param name="Holder">The run that has it, when this one has not.</param>
public sealed record LeaseReceipt(bool Taken, string? Holder);

/// <summary>How a run ended, for its record.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">complete, partial, failed or cancelled.</param>
/// <param name="Errors">What went wrong.</param>
public sealed record RunEnd(string RunId, string State, IReadOnlyList<RunError> Errors);
