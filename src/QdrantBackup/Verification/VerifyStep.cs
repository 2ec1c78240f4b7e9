using QdrantBackup.Ids;

namespace QdrantBackup.Verification;

/// <summary>What to verify now.</summary>
public sealed record VerifyStep
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The item.</summary>
    public required VerifyItem Item { get; init; }

    /// <summary>Of a stretch of chunks, the id after which to go on; null begins.</summary>
    public string? After { get; init; }
}

/// <summary>What verifying an item, or some of its chunks, came to; what exactly is damaged stands in the run's records.</summary>
public sealed record ItemReceipt
{
    /// <summary>Bytes read back.</summary>
    public long Bytes { get; init; }

    /// <summary>Chunks looked at.</summary>
    public long Chunks { get; init; }

    /// <summary>How many damages were found.</summary>
    public long DamageCount { get; init; }

    /// <summary>How many of them were mended.</summary>
    public long MendedCount { get; init; }

    /// <summary>Whether reading back paid a proof that was owed.</summary>
    public bool PaidProof { get; init; }

    /// <summary>The id after which to go on; null when the item is done.</summary>
    public string? After { get; init; }
}
