using QdrantBackup.Damages;
using QdrantBackup.Ids;

namespace QdrantBackup.Runs;

/// <summary>What to verify, and whether to repair damaged blobs.</summary>
public sealed record VerifyRequest
{
    /// <summary>This backup; null means the latest complete one, unless <see cref="All"/> is set.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>Every backup of the store, and every chunk in it.</summary>
    public bool All { get; init; }

    /// <summary>How deep.</summary>
    public VerifyLevel Level { get; init; } = VerifyLevel.Readable;

    /// <summary>Only this share of it; null means all.</summary>
    public VerifySubset? Subset { get; init; }

    /// <summary>Whether damaged blobs are replaced by the other store's.</summary>
    public bool Repair { get; init; }

    /// <summary>Whether the second store is verified, instead of the first.</summary>
    public bool Second { get; init; }

    /// <summary>Whether it is the daily share; the daily shares read the whole store in turn.</summary>
    public bool Rolling { get; init; }
}
