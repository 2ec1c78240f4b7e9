using QdrantBackup.Clusters;
using QdrantBackup.Manifests;

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
