namespace QdrantBackup.Catalog;

/// <summary>
/// The last listing of the catalog, for callers that read further pages: all pages come from one listing, and a store with very many backups is not listed again
/// for each page. Code that decides anything by the catalog lists it again. Thread-safe.
/// </summary>
internal sealed class KeptListing(TimeProvider time)
{
    /// <summary>How long a caller may take from one page to the next before the store is listed again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>A longer one is not kept: 20,000 summaries take some 20 MB (W7).</summary>
    public const int MaxEntries = 20_000;

    private Kept? _last;

    public void Keep(CatalogFilter filter, IReadOnlyList<CatalogEntry> entries) =>
        Volatile.Write(ref _last, entries.Count <= MaxEntries ? new Kept(filter, entries, time.GetTimestamp()) : null);

    /// <summary>The last listing for that filter, or null when it is too old.</summary>
    public IReadOnlyList<CatalogEntry>? Find(CatalogFilter filter) =>
        Volatile.Read(ref _last) is { } last && last.Filter == filter && time.GetElapsedTime(last.ListedAt) <= MaxAge ? last.Entries : null;

    private sealed record Kept(CatalogFilter Filter, IReadOnlyList<CatalogEntry> Entries, long ListedAt);
}
