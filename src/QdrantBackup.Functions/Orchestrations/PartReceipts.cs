using QdrantBackup.Clusters;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Functions.Orchestrations;

/// <summary>The names that a node lists.</summary>
/// <param name="Names">The names.</param>
public sealed record SnapshotNames(IReadOnlyList<string> Names);

/// <summary>What to compare a node's listing with.</summary>
/// <param name="Key">The part.</param>
/// <param name="Before">The names that were listed before the snapshot was begun.</param>
public sealed record NewSnapshotsInput(PartKey Key, IReadOnlyList<string> Before);

/// <summary>What a node lists now and did not before.</summary>
/// <param name="Snapshots">None yet, one, or several.</param>
public sealed record NewSnapshots(IReadOnlyList<SnapshotDescription> Snapshots);

/// <summary>One snapshot on a node.</summary>
/// <param name="Key">The part.</param>
/// <param name="Name">The snapshot's name.</param>
public sealed record SnapshotRef(PartKey Key, string Name);

/// <summary>A snapshot that the run made, noted before anything is read of it so that it is swept if the run is lost.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Snapshot">The snapshot.</param>
public sealed record MadeSnapshot(RunId RunId, SnapshotRef Snapshot);
