namespace QdrantBackup.Runs;

/// <summary>What a prune has done so far.</summary>
public sealed record PruneTotals
{
    /// <summary>Chunks that were listed.</summary>
    public long ChunksListed { get; init; }

    /// <summary>Their bytes, sealed.</summary>
    public long BytesListed { get; init; }

    /// <summary>Chunks that nothing needs and that were deleted.</summary>
    public long ChunksDeleted { get; init; }

    /// <summary>Their bytes, sealed.</summary>
    public long BytesDeleted { get; init; }

    /// <summary>Chunk lists that were deleted.</summary>
    public long ListsDeleted { get; init; }

    /// <summary>Manifests of dead backups that were deleted, or left to the lifecycle rule.</summary>
    public long ManifestsExpired { get; init; }

    /// <summary>Dead runs that got a marker.</summary>
    public long RunsFenced { get; init; }

    /// <summary>Blobs that were put again between the listing and the deletion; they stay.</summary>
    public long Changed { get; init; }

    /// <summary>Blobs that a policy of the store does not let go yet.</summary>
    public long Immutable { get; init; }

    /// <summary>The first of these blobs.</summary>
    public IReadOnlyList<string> ImmutableBlobs { get; init; } = [];
}
