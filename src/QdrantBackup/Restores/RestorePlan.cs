using QdrantBackup.Ids;

namespace QdrantBackup.Restores;

/// <summary>What a restore will do; a sealed document of its run.</summary>
public sealed record RestorePlan
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The backup that is read.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>Keyed hash of its manifest, 64 hex digits.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>The cluster that was backed up.</summary>
    public required string SourceCluster { get; init; }

    /// <summary>Each upload.</summary>
    public required IReadOnlyList<RestoreItem> Items { get; init; }

    /// <summary>Warnings before the restore.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The item of a number.</summary>
    public RestoreItem Item(int itemNo) => Items.FirstOrDefault(i => i.ItemNo == itemNo)
        ?? throw new UsageException($"run {RunId} has no item {itemNo}", "This is a fault of the app: report it.");
}

/// <summary>One part to upload.</summary>
public sealed record RestoreItem
{
    /// <summary>Its number in the plan, from 1.</summary>
    public required int ItemNo { get; init; }

    /// <summary>The collection in the backup.</summary>
    public required string Collection { get; init; }

    /// <summary>The collection that is written.</summary>
    public required string Target { get; init; }

    /// <summary>The node that it is uploaded to.</summary>
    public required string Node { get; init; }

    /// <summary>The part in the backup.</summary>
    public required int PartNo { get; init; }

    /// <summary>Length of the upload in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Whether a collection of that name existed when this was planned.</summary>
    public required bool Overwrites { get; init; }

    /// <summary>The exact count to expect, or null where the backup does not know it exactly.</summary>
    public ulong? PointCount { get; init; }

    /// <summary>Aliases to set.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>The extract of a plan for an orchestrator or a dry run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PlanName">The plan's blob name; empty for a preview.</param>
/// <param name="PlanHash">64 hex digits over source and target; an approval names it.</param>
/// <param name="BackupId">The backup that is read.</param>
/// <param name="Items">Each upload.</param>
/// <param name="Warnings">Warnings before the restore.</param>
public sealed record RestorePlanOverview(
    RunId RunId, string PlanName, string PlanHash, BackupId BackupId, IReadOnlyList<RestoreItem> Items, IReadOnlyList<string> Warnings);

/// <summary>One item of a run's plan.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ItemNo">The item's number.</param>
public sealed record RestoreStep(RunId RunId, int ItemNo);
