namespace QdrantBackup.Capture;

/// <summary>What a node showed before a snapshot was begun there. What it shows afterwards is compared with this.</summary>
/// <param name="Names">The snapshots of the collection that it listed.</param>
/// <param name="At">The node's clock, to the second; null where it shows none.</param>
/// <param name="Startup">When the node's process was started; null where it counts no snapshots.</param>
/// <param name="Begun">How many snapshots of the collection it had begun since; null where it counts none.</param>
public sealed record SnapshotsBefore(IReadOnlyList<string> Names, DateTimeOffset? At = null, string? Startup = null, long? Begun = null);

/// <summary>What is known of a snapshot that a run has begun.</summary>
public enum SnapshotState
{
    /// <summary>It is being made, or nothing is known.</summary>
    Awaited,

    /// <summary>It is listed.</summary>
    Found,

    /// <summary>The node never got the request.</summary>
    NeverBegun,

    /// <summary>It was begun and is not being made any more: it failed, or the node was restarted.</summary>
    Lost,
}

/// <summary>A look at a node on which a snapshot was begun.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Snapshot">The snapshot, where it is listed.</param>
/// <param name="Number">How many looks there were before it.</param>
/// <param name="IsBlind">Whether the node does not show what it is making.</param>
/// <param name="IsQuiet">Whether it showed that it is making nothing.</param>
public sealed record SnapshotLook(SnapshotState State, Clusters.SnapshotDescription? Snapshot = null, int Number = 0, bool IsBlind = false, bool IsQuiet = false);
