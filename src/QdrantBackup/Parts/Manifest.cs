using System.Text.Json;
using System.Text.Json.Serialization;
using QdrantBackup.Ids;

namespace QdrantBackup.Parts;

/// <summary>Whether a backup holds everything that was selected.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BackupState>))]
public enum BackupState
{
    /// <summary>Every shard of every selected collection is covered.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    /// <summary>Something selected is missing; such a backup never counts for retention.</summary>
    [JsonStringEnumMemberName("partial")]
    Partial,
}

/// <summary>How far a part's bytes are proven to match Qdrant's checksum (docs/format.md, manifest).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartProof>))]
public enum PartProof
{
    /// <summary>Ranges are hashed, the whole is not: the next verification pays by reading back.</summary>
    [JsonStringEnumMemberName("owed")]
    Owed,

    /// <summary>The whole snapshot was hashed in the pass that captured it and equals Qdrant's checksum.</summary>
    [JsonStringEnumMemberName("source")]
    Source,

    /// <summary>The whole was hashed by reading it back from the store.</summary>
    [JsonStringEnumMemberName("read-back")]
    ReadBack,
}

/// <summary>The document that makes a backup exist (docs/format.md, manifest). Written once, after all its parts (W2).</summary>
public sealed record Manifest
{
    /// <summary>The version of the format that this code reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format.</summary>
    public required int Format { get; init; }

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>True for the marker of a dead run: no backup, and no backup may follow under this id.</summary>
    public bool Aborted { get; init; }

    /// <summary>Version of the app that wrote it.</summary>
    public required string AppVersion { get; init; }

    /// <summary>What was backed up.</summary>
    public required ManifestCluster Cluster { get; init; }

    /// <summary>When the run was asked for.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When its last part was done.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>When the first snapshot was begun, by the node's clock; the window that the data is of begins here.</summary>
    public DateTimeOffset? FirstSnapshot { get; init; }

    /// <summary>When the last snapshot was first seen on its node; the window that the data is of ends here.</summary>
    public DateTimeOffset? LastSnapshot { get; init; }

    /// <summary>The schedule that started it, or null.</summary>
    public string? Schedule { get; init; }

    /// <summary>Retention classes that the schedule gives: daily, weekly, monthly.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The selection, where not every collection was asked for; null for a whole backup.</summary>
    public BackupSelection? Selection { get; init; }

    /// <summary>Why a person must confirm this backup before it counts, or null.</summary>
    public string? Suspect { get; init; }

    /// <summary>The note of the person who asked for it.</summary>
    public string? Description { get; init; }

    /// <summary>Labels to find it by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The team that owns the data.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether every selected collection is in it.</summary>
    public required BackupState State { get; init; }

    /// <summary>Each collection that was selected.</summary>
    public required IReadOnlyList<ManifestCollection> Collections { get; init; }

    /// <summary>Each captured part.</summary>
    public required IReadOnlyList<ManifestPart> Parts { get; init; }

    /// <summary>Earlier backups of this cluster that existed, so that a rollback of the store is visible.</summary>
    public IReadOnlyList<EarlierManifest> Earlier { get; init; } = [];

    /// <summary>Sums over all parts.</summary>
    public required CaptureTotals Totals { get; init; }
}

/// <summary>The cluster as the plan found it.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="Nodes">Each configured node.</param>
public sealed record ManifestCluster(string Name, IReadOnlyList<ManifestNode> Nodes);

/// <summary>One node.</summary>
/// <param name="Address">Its configured address.</param>
/// <param name="Version">Qdrant's version on it.</param>
/// <param name="PeerId">Its peer id as text; 0 on a standalone server.</param>
public sealed record ManifestNode(string Address, string Version, string PeerId);

/// <summary>One selected collection.</summary>
public sealed record ManifestCollection
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether every shard of it is covered.</summary>
    public required bool Covered { get; init; }

    /// <summary>Why it is not, or null.</summary>
    public string? Missing { get; init; }

    /// <summary>Status as the plan found it.</summary>
    public string? Status { get; init; }

    /// <summary>How many shards it was made with.</summary>
    public int ShardNumber { get; init; }

    /// <summary>Exact count at planning, or null where it is not known; writes may have gone on until the snapshot was made.</summary>
    public ulong? PointCount { get; init; }

    /// <summary>Why the count before or after the snapshot is not known.</summary>
    public string? CountProblem { get; init; }

    /// <summary>Whether the exact count was the same before and after the snapshot, so that a restore can be held to it.</summary>
    public bool CountIsExact { get; init; }

    /// <summary>Aliases that point to it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Why the aliases are not known.</summary>
    public string? AliasProblem { get; init; }

    /// <summary>Qdrant's whole description: configuration, payload schema, counts.</summary>
    public JsonElement? Description { get; init; }

    /// <summary>Where its shards were, as the plan found them.</summary>
    public IReadOnlyList<ManifestReplica> Replicas { get; init; } = [];
}

/// <summary>One replica of one shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="PeerId">The peer that held it, as text.</param>
/// <param name="State">Its state.</param>
/// <param name="ShardKey">The shard key of custom sharding, or null.</param>
public sealed record ManifestReplica(uint Shard, string PeerId, string State, JsonElement? ShardKey = null);

/// <summary>The keyed hash of an earlier manifest.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Hash">64 hex digits, keyed by the store's manifest-hash key.</param>
public sealed record EarlierManifest(BackupId Id, string Hash);
