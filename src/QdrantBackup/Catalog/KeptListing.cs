namespace QdrantBackup.Catalog;

/// <summary>
/// The last listing of the catalog, for those who read on in it: the pages of one listing are cut from one listing, and a store with very many backups is not listed again
/// for each. Whoever decides anything by the catalog lists anew. Thread-safe.
/// </summary>
internal sealed class KeptListing(TimeProvider time)
{
    /// <summary>How long somebody may take from one page to the next before the store is listed again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    /// <summary>A longer one is not kept: 20,000 summaries take some 20 MB (W7).</summary>
    public const int MaxEntries = 20_000;

    private Kept? _last;

    public void Keep(CatalogFilter filter, IReadOnlyList<CatalogEntry> entries) =>
        Volatile.Write(ref _last, entries.Count <= MaxEntries ? new Kept(filter, entries, time.GetTimestamp()) : null);

    /// <summary>What was listed last by that filter, or null when that is too long ago.</summary>
    public IReadOnlyList<CatalogEntry>? Find(CatalogFilter filter) =>
        Volatile.Read(ref _last) is { } last && last.Filter == filter && time.GetElapsedTime(last.ListedAt) <= MaxAge ? last.Entries : null;

    private sealed record Kept(CatalogFilter Filter, IReadOnlyList<CatalogEntry> Entries, long ListedAt);
}
