using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>What a commit made.</summary>
public sealed record CommitReceipt
{
    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Complete or partial.</summary>
    public required BackupState State { get; init; }

    /// <summary>Keyed hash of the manifest, 64 hex digits; kept in notifications so that a rollback of the store is visible.</summary>
    public required string ManifestHash { get; init; }

    /// <summary>Sums over all parts.</summary>
    public required CaptureTotals Totals { get; init; }

    /// <summary>How many parts are in it.</summary>
    public required int PartCount { get; init; }

    /// <summary>How many of them owe their whole-file proof.</summary>
    public required int OwedProofs { get; init; }

    /// <summary>A line per selected collection.</summary>
    public IReadOnlyList<RunItem> Items { get; init; } = [];
}

/// <summary>Makes a backup exist: checks every chunk, then writes the manifest once (W1, W2).</summary>
public sealed class BackupCommit(SealedStore store, BackupPlans plans, BackupCatalog catalog, CaptureOptions options, ILogger<BackupCommit> logger)
{
    /// <summary>Commits what the run's parts recorded. Repeating it returns the same receipt. Nothing captured at all is a <see cref="SourceException"/>.</summary>
    public Task<CommitReceipt> CommitAsync(RunId runId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
