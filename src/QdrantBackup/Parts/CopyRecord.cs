using QdrantBackup.Ids;

namespace QdrantBackup.Parts;

/// <summary>That a backup is in the second store; the second has one too, from the moment at which it begins to come.</summary>
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

    /// <summary>When it was found whole in the second store, or began to come there.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>In the second store: it has begun to come. Its lists may lie there without a manifest, and nobody took that away.</summary>
    public bool UnderWay { get; init; }

    /// <summary>The run that copied it.</summary>
    public required RunId RunId { get; init; }
}
