using System.Text.Json.Serialization;
using QdrantBackup.Manifests;

namespace QdrantBackup.Verification;

/// <summary>How deep a verification goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerifyLevel>))]
public enum VerifyLevel
{
    /// <summary>Lists open and every chunk is there with its length.</summary>
    [JsonStringEnumMemberName("exists")]
    Exists,

    /// <summary>Everything is read back, authenticated, rebuilt and its SHA-256 compared.</summary>
    [JsonStringEnumMemberName("readable")]
    Readable,
}

/// <summary>What to verify.</summary>
public sealed record VerifyRequest
{
    /// <summary>This backup; null means the latest complete one.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>How deep.</summary>
    public VerifyLevel Level { get; init; } = VerifyLevel.Readable;
}

/// <summary>The parts of a backup, to be verified one by one.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="Level">How deep.</param>
/// <param name="Parts">Each part; those whose proof is owed come first.</param>
public sealed record VerifyPlan(BackupId BackupId, VerifyLevel Level, IReadOnlyList<VerifyPart> Parts);

/// <summary>One part to verify.</summary>
/// <param name="PartNo">Its number.</param>
/// <param name="Key">What it holds.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record VerifyPart(int PartNo, PartKey Key, long Length);

/// <summary>Which part to verify now.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="PartNo">The part.</param>
/// <param name="Level">How deep.</param>
public sealed record VerifyStep(BackupId BackupId, int PartNo, VerifyLevel Level);

/// <summary>What verifying one part showed.</summary>
public sealed record PartVerification
{
    /// <summary>The part's number.</summary>
    public required int PartNo { get; init; }

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool IsGood => Damages.Count == 0;

    /// <summary>Bytes read back.</summary>
    public long Bytes { get; init; }

    /// <summary>Chunks checked.</summary>
    public long Chunks { get; init; }

    /// <summary>Whether reading back paid a proof that was owed.</summary>
    public bool PaidProof { get; init; }

    /// <summary>What is wrong, at most a hundred; <see cref="DamageCount"/> tells how many there are.</summary>
    public IReadOnlyList<Damage> Damages { get; init; } = [];

    /// <summary>How many damages there are.</summary>
    public long DamageCount { get; init; }
}

/// <summary>One damaged or missing blob.</summary>
/// <param name="Blob">Its name.</param>
/// <param name="Collection">The collection that needs it.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Hint">What to do.</param>
public sealed record Damage(string Blob, string Collection, string What, string Hint);
