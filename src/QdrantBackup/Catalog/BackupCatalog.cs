using Microsoft.Extensions.Logging;
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
public sealed record CatalogEntry(BackupId Id, BackupSummary? Summary, bool Retired, string? Damage = null, string? Hint = null);

/// <summary>Which backups exist: derived from one listing of <c>manifests/</c> and its sealed summaries, and from nothing else.</summary>
public sealed class BackupCatalog(SealedStore store, ILogger<BackupCatalog> logger)
{
    /// <summary>The backups that fit, newest first. A damaged one is listed as damaged whatever the filter says of its content.</summary>
    public Task<IReadOnlyList<CatalogEntry>> ListAsync(CatalogFilter filter, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens a backup's manifest; a missing, aborted or damaged one is an error that says so.</summary>
    public Task<Manifest> OpenAsync(BackupId id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The newest complete backup of a cluster.</summary>
    public Task<BackupSummary> LatestAsync(string cluster, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The newest complete backup of a UTC day; when there is none the error lists the neighbours.</summary>
    public Task<BackupSummary> OfDayAsync(string cluster, DateOnly day, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The newest complete backup that began at or before a time; when there is none the error names the oldest.</summary>
    public Task<BackupSummary> AtOrBeforeAsync(string cluster, DateTimeOffset time, CancellationToken cancellationToken) => throw new NotImplementedException();
}
