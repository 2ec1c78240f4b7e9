using QdrantBackup.Manifests;

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
/// <param name="Retired">Whether retention or a person ended it: it is offered to nobody.</param>
/// <param name="Damage">What is wrong with it, or null.</param>
/// <param name="Hint">What to do about the damage.</param>
public sealed record CatalogEntry(BackupId Id, BackupSummary? Summary, bool Retired, string? Damage = null, string? Hint = null)
{
    /// <summary>When its manifest was written, by the store's clock.</summary>
    public DateTimeOffset Written { get; init; }

    /// <summary>Why a record that says that it was ended does not count, or null: somebody without the right to end backups wrote one.</summary>
    public string? FalseEnd { get; init; }

    /// <summary>What to do about a record that ends nothing.</summary>
    public static string FalseEndHint(BackupId id) =>
        $"Find out who wrote 'retired/{id}'. Then delete that blob to keep the backup, or end the backup with 'qdrant-backup delete {id}'.";
}
