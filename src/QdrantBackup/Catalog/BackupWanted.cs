using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Catalog;

/// <summary>Which backup is asked for, where nobody names one: the newest that covers this.</summary>
public sealed record BackupWanted
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>What it must hold: names of collections, or patterns, which only a whole backup covers; empty: everything.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>Only one of this UTC day.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Only one that began then or earlier.</summary>
    public DateTimeOffset? AtOrBefore { get; init; }

    /// <summary>Whether damage does not matter: whoever verifies or mends wants the newest as it is.</summary>
    public bool EvenDamaged { get; init; }
}

/// <summary>One backup as it is shown.</summary>
/// <param name="Manifest">What it holds.</param>
/// <param name="Confirmed">That a person confirmed it although it is suspect, or null.</param>
/// <param name="Doubts">Why it may not be what it seems.</param>
public sealed record ShownBackup(Manifest Manifest, Confirmation? Confirmed, IReadOnlyList<string> Doubts);

/// <summary>The backup that was chosen.</summary>
/// <param name="Summary">What it is.</param>
/// <param name="Remarks">Which newer ones were passed over, and why.</param>
public sealed record ChosenBackup(BackupSummary Summary, IReadOnlyList<string> Remarks)
{
    /// <summary>The backup.</summary>
    public BackupId Id => Summary.Id;
}
