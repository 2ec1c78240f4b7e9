using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>The names that a node lists.</summary>
/// <param name="Names">The names.</param>
public sealed record SnapshotNames(IReadOnlyList<string> Names);

/// <summary>What to compare a node's listing with.</summary>
/// <param name="Key">The part.</param>
/// <param name="Before">The names that were listed before the snapshot was begun.</param>
/// <param name="RunId">The run; null in histories of an earlier version.</param>
/// <param name="Attempt">Which attempt at the part it is, from 1.</param>
public sealed record NewSnapshotsInput(PartKey Key, IReadOnlyList<string> Before, RunId? RunId = null, int Attempt = 1);

/// <summary>What a node lists now and did not before.</summary>
/// <param name="Snapshots">None yet, one, or several.</param>
public sealed record NewSnapshots(IReadOnlyList<SnapshotDescription> Snapshots);
