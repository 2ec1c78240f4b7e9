using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Catalog;

/// <summary>Which backup is wanted when no id is given: the newest that covers this.</summary>
public sealed record BackupWanted
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>What it must hold: names of collections, or patterns, which only a whole backup covers; empty: everything.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>Only a backup of this UTC day.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Only a backup that began then or earlier.</summary>
    public DateTimeOffset? AtOrBefore { get; init; }

    /// <summary>Whether damaged backups qualify: verification and repair want the newest as it is.</summary>
    public bool EvenDamaged { get; init; }
}

/// <summary>One backup as it is shown.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Confirmed">A person's confirmation of the suspect backup, or null.</param>
/// <param name="Doubts">Warnings about it.</param>
public sealed record ShownBackup(Manifest Manifest, Confirmation? Confirmed, IReadOnlyList<string> Doubts);

/// <summary>The backup that was chosen.</summary>
/// <param name="Summary">The summary of its manifest.</param>
/// <param name="Remarks">Which newer ones were passed over, and why.</param>
public sealed record ChosenBackup(BackupSummary Summary, IReadOnlyList<string> Remarks)
{
    /// <summary>The backup.</summary>
    public BackupId Id => Summary.Id;
}
