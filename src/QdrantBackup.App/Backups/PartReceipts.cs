using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>A part whose node is asked what it shows.</summary>
/// <param name="Key">The part.</param>
/// <param name="RunId">The run.</param>
public sealed record PartOfRun(PartKey Key, RunId RunId);

/// <summary>What a node showed before a snapshot is begun there.</summary>
/// <param name="Before">What it showed.</param>
/// <param name="BlindWait">How long a snapshot is awaited where the node does not show what it is making.</param>
public sealed record SnapshotsNoted(SnapshotsBefore Before, TimeSpan BlindWait);

/// <summary>A snapshot that is begun, or was.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Key">The part.</param>
/// <param name="Before">What the node showed before.</param>
/// <param name="Attempt">Which attempt at the part it is, from 1.</param>
public sealed record SnapshotStep(RunId RunId, PartKey Key, SnapshotsBefore Before, int Attempt)
{
    internal BegunSnapshot Begun() => new() { RunId = RunId, Key = Key, Before = Before.Names, Shown = Before, Attempt = Attempt };
}

/// <summary>A look for a snapshot that was begun.</summary>
/// <param name="Step">Which.</param>
/// <param name="Last">The look before; null for the first.</param>
public sealed record AwaitStep(SnapshotStep Step, SnapshotLook? Last);

/// <summary>A snapshot that an orchestration has waited for so long that a new one goes on waiting.</summary>
/// <param name="Noted">What the node showed before.</param>
/// <param name="Number">The number of the beginning.</param>
/// <param name="Begun">What the node answered.</param>
/// <param name="Since">When the wait began.</param>
/// <param name="Last">The last look.</param>
/// <param name="Attempt">Which attempt at the part it is.</param>
/// <param name="Before">How the attempt before it ended.</param>
public sealed record AwaitedSnapshot(SnapshotsNoted Noted, int Number, SnapshotBegun Begun, DateTime Since, SnapshotLook Last, int Attempt, PartOutcome? Before = null);

/// <summary>What a node answered to the request for a snapshot.</summary>
/// <param name="Snapshot">The snapshot; null when it is still being made, or nobody knows.</param>
/// <param name="IsStrange">Whether something else than the node answered.</param>
/// <param name="Refusal">Why the node made none.</param>
public sealed record SnapshotBegun(SnapshotDescription? Snapshot, bool IsStrange = false, SnapshotRefusal? Refusal = null);

/// <summary>Why a node made no snapshot.</summary>
/// <param name="Message">What it said.</param>
/// <param name="Hint">What to do.</param>
/// <param name="MayPass">Whether another attempt may succeed.</param>
public sealed record SnapshotRefusal(string Message, string Hint, bool MayPass);
