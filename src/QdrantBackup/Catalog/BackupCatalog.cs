using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Catalog;

/// <summary>Which backups exist: derived from one listing of <c>manifests/</c> and its sealed summaries, and from nothing else.</summary>
public sealed partial class BackupCatalog(SealedStore store, ILogger<BackupCatalog> logger, TimeProvider? time = null)
{
    private readonly ManifestDocuments _manifests = new(store);
    private readonly ConcurrentDictionary<BackupId, string> _alarmed = new();
    private readonly KeptListing _kept = new(time ?? TimeProvider.System);

    /// <summary>The backups that match the filter, newest first. A damaged one is listed as damaged even if the filter asks for other content.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> ListAsync(CatalogFilter filter, CancellationToken cancellationToken)
    {
        Dictionary<BackupId, BlobEntry> manifests = await ListManifestsAsync(filter, cancellationToken);
        EndedBackups ended = await store.Ends.ListAsync(manifests.ContainsKey, cancellationToken);
        var entries = new List<CatalogEntry>();
        foreach ((BackupId id, BlobEntry blob) in manifests)
        {
            if (await ReadAsync(blob, id, ended.Contains(id), cancellationToken) is { } entry && await FitsAsync(filter, entry, cancellationToken))
            {
                entries.Add(ended.Unproven.TryGetValue(id, out string? problem) ? WithFalseEnd(entry, problem) : entry);
            }
        }

        entries.Sort(static (a, b) => string.CompareOrdinal(b.Id.Value, a.Id.Value));
        _kept.Keep(filter, entries);
        return entries;
    }

    /// <summary>
    /// The last result of <see cref="ListAsync"/>, for a caller that reads the next page of it. Listed again when it is more than a minute old or was for another filter.
    /// Backups that came or went since the first page show on the next first page.
    /// </summary>
    public async Task<IReadOnlyList<CatalogEntry>> ListOnAsync(CatalogFilter filter, CancellationToken cancellationToken) =>
        _kept.Find(filter) ?? await ListAsync(filter, cancellationToken);

    /// <summary>Opens a backup's manifest; a missing, aborted or damaged one is an error with the reason.</summary>
    public async Task<Manifest> OpenAsync(BackupId id, CancellationToken cancellationToken) => (await OpenWithHashAsync(id, cancellationToken)).Manifest;

    /// <summary>A backup's manifest; null when it is missing, does not open, or is a marker.</summary>
    public async Task<Manifest?> FindCommittedAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            return await _manifests.FindAsync(id, cancellationToken) is { Manifest: { Aborted: false } manifest } ? manifest : null;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return null;
        }
    }

    /// <summary>Whether retention or a person ended a backup.</summary>
    public Task<bool> IsRetiredAsync(BackupId id, CancellationToken cancellationToken) => store.Ends.IsEndedAsync(id, cancellationToken);

    /// <summary>Those of the given backups that have not ended by now: a run re-checks its backups after pinning them (docs/format.md §7).</summary>
    internal async Task<IReadOnlyList<CatalogEntry>> WithoutRetiredAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<BackupId> asked = [.. entries.Select(e => e.Id)];
        EndedBackups ended = await store.Ends.ListAsync(asked.Contains, cancellationToken);
        return [.. entries.Where(e => !ended.Contains(e.Id))];
    }

    internal Task<(Manifest Manifest, string Hash)> OpenWithHashAsync(BackupId id, CancellationToken cancellationToken) =>
        OpenWithHashAsync(id, second: null, cancellationToken);

    /// <summary>Opens a manifest; takes the second store's when the first store has no whole one.</summary>
    internal async Task<(Manifest Manifest, string Hash)> OpenWithHashAsync(BackupId id, SecondReads? second, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Manifest(id);
        (Manifest Manifest, string Hash) found = await SecondReads.ReadAsync(store, second, name.Value, async s =>
            await new ManifestDocuments(s).FindAsync(id, cancellationToken)
                ?? throw (second is not null && s == store ? new MissingBlobException(name, "is missing: the manifest of the backup") : NoBackup(id)),
            cancellationToken);
        return found.Manifest.Aborted
            ? throw new UsageException($"{id} is no backup: its run died or failed, and left a marker", "List the backups that exist with 'qdrant-backup list'.")
            : found;
    }

    /// <summary>The error for an id that no backup has.</summary>
    internal static UsageException NoBackup(BackupId id) => new($"there is no backup {id}", "List the backups that exist with 'qdrant-backup list'.");

    private async Task<Dictionary<BackupId, BlobEntry>> ListManifestsAsync(CatalogFilter filter, CancellationToken cancellationToken)
    {
        var manifests = new Dictionary<BackupId, BlobEntry>();
        await foreach (BlobEntry blob in store.Blobs.ListAsync(BlobNames.Manifests, cancellationToken))
        {
            if (!BlobNames.TryReadId(blob.Name, BlobNames.Manifests, out BackupId id))
            {
                LogForeign(blob.Name.Value);
            }
            else if (IsInTime(filter, id))
            {
                manifests[id] = blob;
            }
        }

        return manifests;
    }

    /// <summary>A record that proves no end raises one alarm per process: someone without the right to end backups wrote it.</summary>
    private CatalogEntry WithFalseEnd(CatalogEntry entry, string problem)
    {
        if (_alarmed.TryAdd(entry.Id, problem))
        {
            LogFalseEnd(BlobNames.Retirement(entry.Id).Value, entry.Id.Value, problem, CatalogEntry.FalseEndHint(entry.Id));
        }

        return entry with { FalseEnd = problem };
    }

    private async Task<CatalogEntry?> ReadAsync(BlobEntry blob, BackupId id, bool retired, CancellationToken cancellationToken)
    {
        if (_manifests.TryOpenSummary(blob, id) is { } summary)
        {
            return summary.Aborted ? null : new CatalogEntry(id, summary, retired) { Written = blob.Modified };
        }

        try
        {
            // Deleted since the listing, or the marker of a dead run: no backup.
            return await _manifests.FindAsync(id, cancellationToken) is { Manifest.Aborted: false } found
                ? new CatalogEntry(id, ManifestDocuments.Summarize(found.Manifest, found.Hash), retired) { Written = blob.Modified }
                : null;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            LogDamaged(id.Value, e.Message);
            return new CatalogEntry(id, Summary: null, retired, e.Message, e.Hint) { Written = blob.Modified };
        }
    }

    private async Task<bool> FitsAsync(CatalogFilter filter, CatalogEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Summary is not { } summary)
        {
            return true;
        }

        return (filter.Cluster is null || filter.Cluster == summary.Cluster)
            && (filter.State is null || filter.State == summary.State)
            && (filter.Collection is not { } collection || await HoldsAsync(summary, collection, cancellationToken));
    }

    private async Task<bool> HoldsAsync(BackupSummary summary, string collection, CancellationToken cancellationToken)
    {
        if (summary.Collections.Contains(collection) || summary.Collections.Count == summary.CollectionCount)
        {
            return summary.Collections.Contains(collection);
        }

        // A summary has room for a limited number of names.
        return await _manifests.FindAsync(summary.Id, cancellationToken) is { } found
            && found.Manifest.Collections.Any(c => c.Covered && c.Name == collection);
    }

    private static bool IsInTime(CatalogFilter filter, BackupId id) =>
        (filter.From is null || id.Began >= filter.From) && (filter.To is null || id.Began < filter.To);

    [LoggerMessage(EventId = 3201, Level = LogLevel.Warning, Message = "The manifest of backup {Id} is damaged: {Reason}")]
    private partial void LogDamaged(string id, string reason);

    [LoggerMessage(EventId = 3204, Level = LogLevel.Error, Message = "{Name} does not end backup {Id}: {Reason}. The backup counts as before, and nothing is pruned. {Hint}")]
    private partial void LogFalseEnd(string name, string id, string reason, string hint);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning, Message = "{Name} is no manifest by its name and is left alone")]
    private partial void LogForeign(string name);
}
