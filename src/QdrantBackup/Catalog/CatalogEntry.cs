using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Catalog;

/// <summary>Which backups to list.</summary>
public sealed record CatalogFilter
{
    /// <summary>Only those of this cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>Only those that hold this collection.</summary>
    public string? Collection { get; init; }

    /// <summary>Only complete or only partial ones.</summary>
    public BackupState? State { get; init; }

    /// <summary>Only those that began then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those that began before.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>One line of the catalog.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Summary">What is known of it, or null when it is damaged.</param>
/// <param name="Retired">Whether retention or a person ended it: it is not offered any more.</param>
/// <param name="Damage">What is wrong with it, or null.</param>
/// <param name="Hint">What to do about the damage.</param>
public sealed record CatalogEntry(BackupId Id, BackupSummary? Summary, bool Retired, string? Damage = null, string? Hint = null)
{
    /// <summary>When its manifest was written, by the store's clock.</summary>
    public DateTimeOffset Written { get; init; }

    /// <summary>Why a record that claims its end does not count, or null: someone without the right to end backups wrote it.</summary>
    public string? FalseEnd { get; init; }

    /// <summary>What to do about a record that proves no end.</summary>
    public static string FalseEndHint(BackupId id) =>
        $"Find out who wrote 'retired/{id}'. Then delete that blob to keep the backup, or end the backup with 'qdrant-backup delete {id}'.";

    /// <summary>What was recorded of it after its commit; null where it was not checked (<see cref="BackupCatalog.WithFindingsAsync"/>).</summary>
    public BackupFindings? Findings { get; init; }
}

/// <summary>What verifications and people recorded of a backup after its commit.</summary>
/// <param name="Damaged">How many damaged blobs it is known to need.</param>
/// <param name="OwedProofs">How many of its parts still owe their whole-file proof.</param>
/// <param name="Confirmed">A person's confirmation of the suspect backup, or null.</param>
public sealed record BackupFindings(int Damaged, int OwedProofs, Confirmation? Confirmed)
{
    /// <summary>What verifications found, or null.</summary>
    public VerifiedRecord? Verified { get; init; }

    /// <summary>Whether the record of its verifications does not open, so that their findings are unknown.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Whether damage is known, or might be known if its record could be read.</summary>
    public bool IsDamaged => Damaged > 0 || IsUnreadable;
}
