using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Retention;

/// <summary>What retention knows of a backup that has not ended yet.</summary>
public sealed record RetentionCandidate
{
    /// <summary>The backup; its id holds its begin, by the clock of the machine that made it.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Complete or partial; null when its manifest is damaged.</summary>
    public required BackupState? State { get; init; }

    /// <summary>When its manifest was written, by the store's clock.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>The classes that its schedule gave it: daily, weekly, monthly.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The key of its selection (<see cref="BackupSelection.Key"/>); null for a whole backup.</summary>
    public string? Selection { get; init; }

    /// <summary>Whether it is suspect and not confirmed: it ends no other backup.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>Whether damage in it is known: it keeps its place and ends no other backup.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Whether it owes a proof: it keeps its place and ends no proven backup.</summary>
    public bool OwesProof { get; init; }

    /// <summary>Whether maintenance has itself read this backup back, at level <c>readable</c>.</summary>
    public bool ReadBack { get; init; }

    /// <summary>The collections that it holds; null when they were not read.</summary>
    public IReadOnlyCollection<string>? Collections { get; init; }

    /// <summary>The collections that it should hold and lacks: the cluster had them.</summary>
    public IReadOnlyCollection<string> Lacking { get; init; } = [];

    /// <summary>Whether it is on hold.</summary>
    public bool OnHold { get; init; }

    /// <summary>Whether no damage is known and no proof is owed.</summary>
    internal bool IsSound => !IsDamaged && !OwesProof;

    /// <summary>The later of the two clocks: a machine whose clock is behind must not make its backups old.</summary>
    internal DateTimeOffset Youngest => Id.Began > Written ? Id.Began : Written;
}

/// <summary>The decision about a backup, and why.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Keep">Every rule that keeps it; for an ended backup, why no rule does.</param>
/// <param name="Reasons">Every rule that keeps it; for one that is ended, why none does.</param>
public sealed record RetentionVerdict(BackupId Id, bool Keep, IReadOnlyList<string> Reasons);
