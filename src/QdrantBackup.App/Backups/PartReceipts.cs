using System.Text.Json.Serialization;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Backups;

/// <summary>The names that a node lists.</summary>
/// <param name="Names">The names.</param>
public sealed record SnapshotNames(IReadOnlyList<string> Names);

/// <summary>A part whose node is asked for its listing, with the members of <see cref="PartKey"/>: earlier versions gave those alone.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Node">The node.</param>
/// <param name="Shard">The shard; null: all of them.</param>
/// <param name="RunId">The run; null in histories of an earlier version.</param>
public sealed record PartOfRun(string Collection, string Node, uint? Shard = null, RunId? RunId = null)
{
    /// <summary>The part.</summary>
    [JsonIgnore]
    public PartKey Key => new(Collection, Node, Shard);

    /// <summary>A part of a run.</summary>
    internal static PartOfRun Of(PartKey key, RunId runId) => new(key.Collection, key.Node, key.Shard, runId);
}

/// <summary>What to compare a node's listing with.</summary>
/// <param name="Key">The part.</param>
/// <param name="Before">The names that were listed before the snapshot was begun.</param>
/// <param name="RunId">The run; null in histories of an earlier version.</param>
/// <param name="Attempt">Which attempt at the part it is, from 1.</param>
public sealed record NewSnapshotsInput(PartKey Key, IReadOnlyList<string> Before, RunId? RunId = null, int Attempt = 1);

/// <summary>What a node lists now and did not before.</summary>
/// <param name="Snapshots">None yet, one, or several.</param>
public sealed record NewSnapshots(IReadOnlyList<SnapshotDescription> Snapshots);
