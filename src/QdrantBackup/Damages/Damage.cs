using QdrantBackup.Ids;

namespace QdrantBackup.Damages;

/// <summary>One damaged or missing blob.</summary>
public sealed record Damage
{
    /// <summary>Its name.</summary>
    public required string Blob { get; init; }

    /// <summary>A collection that needs it, where that is known.</summary>
    public string? Collection { get; init; }

    /// <summary>What is wrong.</summary>
    public required string What { get; init; }

    /// <summary>What to do.</summary>
    public required string Hint { get; init; }

    /// <summary>Whether the other store has it whole; null when there is no other store, or it was not asked.</summary>
    public bool? CanMend { get; init; }

    /// <summary>Whether the blob is as its writer left it, so that the other store's is no better.</summary>
    public bool IsAsWritten { get; init; }

    /// <summary>Whether it was replaced by the other store's blob.</summary>
    public bool IsMended { get; init; }

    /// <summary>Backups that need it, at most <see cref="DamageReport.MaxBackups"/>.</summary>
    public IReadOnlyList<BackupId> Backups { get; init; } = [];

    /// <summary>How many backups need it.</summary>
    public int BackupCount { get; init; }
}

/// <summary>What one item of a verification found; a sealed record of the run.</summary>
internal sealed record ItemDamage
{
    public int Format { get; init; } = 1;

    public required long Count { get; init; }

    public required IReadOnlyList<Damage> Damages { get; init; }
}

/// <summary>All that a verification found and which backups it affects; a sealed record of the run.</summary>
public sealed record DamageReport
{
    /// <summary>How many backups are named for one damage.</summary>
    public const int MaxBackups = 100;

    /// <summary>How many damages are listed.</summary>
    public const int MaxDamages = 10_000;

    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>How many damages were found, including those that are not listed.</summary>
    public long Count { get; init; }

    /// <summary>The damages.</summary>
    public required IReadOnlyList<Damage> Damages { get; init; }
}
