using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Retention;

/// <summary>What retention knows of a backup that nobody has ended yet.</summary>
public sealed record RetentionCandidate
{
    /// <summary>The backup; it began when its id says, by the clock of the machine that made it.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Complete or partial; null when its manifest is damaged.</summary>
    public required BackupState? State { get; init; }

    /// <summary>When its manifest was written, by the store's clock.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>The classes that its schedule gave it: daily, weekly, monthly.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Which selection of the collections it is of (<see cref="BackupSelection.Key"/>); null for a whole backup.</summary>
    public string? Selection { get; init; }

    /// <summary>Whether it is suspect and nobody has confirmed it: it ends nothing.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>Whether something is known to be damaged in it: it keeps its place and ends nothing.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Whether a proof is owed: it keeps its place and ends nothing that owes none.</summary>
    public bool OwesProof { get; init; }

    /// <summary>Whether maintenance has itself read this backup back, at level <c>readable</c>.</summary>
    public bool ReadBack { get; init; }

    /// <summary>The collections that it holds; null where nobody has looked.</summary>
    public IReadOnlyCollection<string>? Collections { get; init; }

    /// <summary>The collections that it found and did not get: the cluster had them.</summary>
    public IReadOnlyCollection<string> Lacking { get; init; } = [];

    /// <summary>Whether somebody holds it.</summary>
    public bool OnHold { get; init; }

    /// <summary>Whether nothing is known to be wrong with it and no proof is owed.</summary>
    internal bool IsSound => !IsDamaged && !OwesProof;

    /// <summary>The later of the two clocks: a machine whose clock is behind must not make its backups old.</summary>
    internal DateTimeOffset Youngest => Id.Began > Written ? Id.Began : Written;
}

/// <summary>What is to become of a backup, and why.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Keep">False: the policy ends it.</param>
/// <param name="Reasons">Every rule that keeps it; for one that is ended, why none does.</param>
public sealed record RetentionVerdict(BackupId Id, bool Keep, IReadOnlyList<string> Reasons);
