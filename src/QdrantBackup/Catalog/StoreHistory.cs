using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Stores;

namespace QdrantBackup.Catalog;

/// <summary>A backup that is known to have existed: the app's own memory, kept outside the store.</summary>
/// <param name="Id">The backup.</param>
/// <param name="ManifestHash">The keyed hash of its manifest, 64 hex digits.</param>
/// <param name="StoreId">The store that it was made in: it is not missing from any other store.</param>
public sealed record SeenBackup(BackupId Id, string ManifestHash, string StoreId);

/// <summary>A blob that a store should hold and does not.</summary>
/// <param name="Id">The backup that it is about.</param>
/// <param name="Problem">What is wrong, for a person.</param>
public sealed record HistoryGap(BackupId Id, string Problem)
{
    /// <summary>The hint for every gap.</summary>
    public const string Hint =
        "Find out what was deleted or rolled back, and by whom, before you trust this store; bring it back from soft delete, an older version or the second store. Every backup is whole by itself: what restores is what was backed up then.";
}

/// <summary>
/// Finds what is missing from a store: every manifest names earlier ones, ends are recorded, and the app remembers its commits. If a backup is named by one of
/// them and has neither a manifest nor a record of its end, someone deleted it or rolled the store back (docs/format.md §6).
/// </summary>
public sealed partial class StoreHistory(SealedStore store, BackupCatalog catalog, ILogger<StoreHistory> logger)
{
    // The newest manifests name all backups that existed when they were written; older manifests show what vanished in between.
    private const int MaxManifestsRead = 10;

    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>What is missing of a cluster's backups, newest first; each is logged.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="seen">The newest backup that the app knows of, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<HistoryGap>> FindGapsAsync(string cluster, SeenBackup? seen, CancellationToken cancellationToken)
    {
        seen = seen?.StoreId == store.StoreId.ToString() ? seen : null;
        IReadOnlyList<CatalogEntry> entries = await catalog.ListAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        var gaps = new SortedDictionary<string, HistoryGap>(StringComparer.Ordinal);
        void Add(BackupId id, string problem) => gaps.TryAdd(id.Value, new HistoryGap(id, problem));

        foreach (CatalogEntry damaged in entries.Where(e => e.Damage is not null))
        {
            Add(damaged.Id, $"backup {damaged.Id} is damaged: {damaged.Damage}");
        }

        Dictionary<BackupId, CatalogEntry> there = entries.ToDictionary(e => e.Id);
        foreach ((BackupId id, (string hash, string by)) in await NamedAsync(entries, seen, Add, cancellationToken))
        {
            if (!there.TryGetValue(id, out CatalogEntry? entry))
            {
                if (await ProblemOfMissingAsync(id, by, isNewest: id == seen?.Id, cancellationToken) is { } problem)
                {
                    Add(id, problem);
                }
            }
            else if (entry.Summary is { } summary && summary.ManifestHash != hash)
            {
                Add(id, $"the manifest of backup {id} was replaced: {by} with another content");
            }
        }

        foreach (CatalogEntry entry in entries.Where(e => e.FalseEnd is not null))
        {
            Add(entry.Id, $"the record that ends backup {entry.Id} does not count: {entry.FalseEnd}");
        }

        HistoryGap[] found = [.. gaps.Values.Reverse()];
        foreach (HistoryGap gap in found)
        {
            LogGap(gap.Problem, HistoryGap.Hint);
        }

        return found;
    }

    private async Task<string?> ProblemOfMissingAsync(BackupId id, string by, bool isNewest, CancellationToken cancellationToken)
    {
        if (await catalog.IsRetiredAsync(id, cancellationToken))
        {
            return null;
        }

        // A second store need not hold every earlier backup; what was copied there is recorded.
        bool neverCame = store.IsReplica && await store.TryGetRecordAsync(BlobNames.Copy(id), PartsJson.Default.CopyRecord, cancellationToken) is not { UnderWay: false };
        return (neverCame, isNewest) switch
        {
            (true, true) => $"backup {id}, the newest that this app remembers, was never copied into this second store",
            (true, false) => null,
            _ => $"backup {id} has vanished: {by}, and neither its manifest nor a record of its end is there",
        };
    }

    private async Task<Dictionary<BackupId, (string Hash, string By)>> NamedAsync(
        IReadOnlyList<CatalogEntry> entries, SeenBackup? seen, Action<BackupId, string> add, CancellationToken cancellationToken)
    {
        var named = new Dictionary<BackupId, (string, string)>();
        if (seen is not null)
        {
            named.Add(seen.Id, (seen.ManifestHash, "this app remembers it"));
        }

        foreach (CatalogEntry entry in entries.Where(e => e.Summary is not null).Take(MaxManifestsRead))
        {
            try
            {
                foreach (EarlierManifest earlier in (await _manifests.FindAsync(entry.Id, cancellationToken))?.Manifest.Earlier ?? [])
                {
                    named.TryAdd(earlier.Id, (earlier.Hash, $"{entry.Id} names it"));
                }
            }
            catch (BackupException e) when (e.IsDamage)
            {
                add(entry.Id, $"backup {entry.Id} is damaged: {e.Message}");
            }
        }

        return named;
    }

    [LoggerMessage(EventId = 3203, Level = LogLevel.Error, Message = "The store lacks something: {Problem}. {Hint}")]
    private partial void LogGap(string problem, string hint);
}
