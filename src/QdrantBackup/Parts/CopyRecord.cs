using QdrantBackup.Ids;

namespace QdrantBackup.Parts;

/// <summary>A backup is in the second store. The second store has such a record too, from the moment the copy begins.</summary>
public sealed record CopyRecord
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>The keyed hash of its manifest.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>Where the other store is, without anything secret.</summary>
    public required string Location { get; init; }

    /// <summary>When it was found whole in the second store, or when its copy began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>In the second store: the copy has begun. Chunk lists without a manifest are then expected, and not a sign that the manifest vanished.</summary>
    public bool UnderWay { get; init; }

    /// <summary>The run that copied it.</summary>
    public required RunId RunId { get; init; }
}
