using QdrantBackup.Ids;

namespace QdrantBackup.Verification;

/// <summary>What to verify now.</summary>
public sealed record VerifyStep
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The item.</summary>
    public required VerifyItem Item { get; init; }

    /// <summary>For a stretch of chunks, the id after which to continue; null begins.</summary>
    public string? After { get; init; }
}

/// <summary>The result of verifying an item, or some of its chunks; the run's records name the damaged blobs.</summary>
public sealed record ItemReceipt
{
    /// <summary>Bytes read back.</summary>
    public long Bytes { get; init; }

    /// <summary>Chunks verified.</summary>
    public long Chunks { get; init; }

    /// <summary>How many damages were found.</summary>
    public long DamageCount { get; init; }

    /// <summary>How many of them were repaired.</summary>
    public long MendedCount { get; init; }

    /// <summary>Whether reading back delivered a proof that was owed.</summary>
    public bool PaidProof { get; init; }

    /// <summary>The id after which to continue; null when the item is done.</summary>
    public string? After { get; init; }
}
