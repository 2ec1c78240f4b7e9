using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>What a commit made.</summary>
public sealed record CommitReceipt
{
    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Complete or partial.</summary>
    public required BackupState State { get; init; }

    /// <summary>Why a person must confirm it before it counts, or null.</summary>
    public string? Suspect { get; init; }

    /// <summary>When its last part was done.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Keyed hash of the manifest, 64 hex digits; kept in notifications so that a rollback of the store is visible.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>Sums over all parts.</summary>
    public required CaptureTotals Totals { get; init; }

    /// <summary>How many parts are in it.</summary>
    public required int PartCount { get; init; }

    /// <summary>How many parts owe their whole-file proof.</summary>
    public required int OwedProofs { get; init; }

    /// <summary>A line per selected collection.</summary>
    public IReadOnlyList<RunItem> Items { get; init; } = [];

    /// <summary>Warnings: collections that could not be counted, and aliases that are not known.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
