using QdrantBackup.Damages;

namespace QdrantBackup.App.Verifications;

/// <summary>What verifications have shown of a backup.</summary>
/// <param name="At">When the deepest one last found nothing wrong.</param>
/// <param name="Level">How deep it went.</param>
/// <param name="Damaged">How many damaged blobs the backup needs; 0: none that is known.</param>
/// <param name="DamagedAt">When that was found.</param>
internal sealed record VerifiedView(DateTimeOffset? At, VerifyLevel? Level, int Damaged, DateTimeOffset? DamagedAt)
{
    public static VerifiedView? Of(VerifiedRecord? record) => record is null || (record.Damage is null && record.Passes.Count == 0)
        ? null
        : new(record.DeepestPass()?.At, record.DeepestPass()?.Level, record.Damage?.Count ?? 0, record.Damage?.At);
}
