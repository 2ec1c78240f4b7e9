using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Catalog;

/// <summary>
/// Decides which backups may stand for their cluster. The one place for this decision: retention, the choice of the latest backup, the age in alerts and the
/// pruner all use it. Pure. An entry without findings counts as damaged: what was not checked proves nothing.
/// </summary>
public static class BackupStanding
{
    /// <summary>How far the clocks of a machine and of the store may differ before a backup counts as dated ahead.</summary>
    public static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(15);

    /// <summary>Whether a backup's id holds a time after the given moment of the store's clock.</summary>
    public static bool IsAhead(BackupId id, DateTimeOffset now) => id.Began - now > ClockSlack;

    /// <summary>Whether every collection of the cluster was asked for.</summary>
    public static bool IsWhole(CatalogEntry entry) => entry.Summary is { Selection: null };

    /// <summary>Whether a person must look at it first, and nobody has confirmed it.</summary>
    public static bool IsSuspect(CatalogEntry entry) => entry.Summary is { Suspect: not null } && entry.Findings?.Confirmed is null;

    /// <summary>Whether it was checked and no damage is known. It may still owe a proof.</summary>
    public static bool IsUndamaged(CatalogEntry entry) => entry is { Summary: not null, Findings.IsDamaged: false };

    /// <summary>Whether no damage is known and no proof is owed.</summary>
    public static bool IsSound(CatalogEntry entry) => IsUndamaged(entry) && entry.Findings is { OwedProofs: 0 };

    /// <summary>Whether a backup stands for its cluster: it is complete and whole, has not ended, and is neither damaged nor suspect nor dated ahead.</summary>
    /// <param name="entry">The backup, with its findings.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    public static bool IsGood(CatalogEntry entry, DateTimeOffset now) => WhyNotGood(entry, now) is null;

    /// <summary>Why a backup does not stand for its cluster, as the end of a sentence that begins with it; null when it does.</summary>
    /// <param name="entry">The backup, with its findings.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    public static string? WhyNotGood(CatalogEntry entry, DateTimeOffset now) => entry switch
    {
        { Summary: null } => "is damaged: its manifest cannot be read",
        { Retired: true } => "was ended",
        _ when IsAhead(entry.Id, now) => $"is dated ahead of the store's clock: it began at {Text(entry.Id.Began)}, and the clock shows {Text(now)}",
        { Summary.Selection: not null } => "holds a selection of the collections only",
        { Summary.State: BackupState.Partial } => "is partial",
        _ when IsSuspect(entry) => $"is suspect: {entry.Summary.Suspect}",
        { Findings: null } => "was not checked: it is not known whether it is damaged",
        { Findings.IsUnreadable: true } => "may be damaged: the record of its verifications cannot be read",
        { Findings: { Damaged: > 0 and var damaged } } => $"is known to be damaged: {damaged} blobs",
        _ => null,
    };

    /// <summary>The newest of some backups that stands for its cluster, or null.</summary>
    /// <param name="entries">Backups of one cluster, with their findings.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    /// <param name="sound">Whether it must not owe a proof either.</param>
    public static CatalogEntry? NewestGood(IEnumerable<CatalogEntry> entries, DateTimeOffset now, bool sound = false) =>
        entries.Where(e => IsGood(e, now) && (!sound || IsSound(e))).MaxBy(e => e.Id.Value, StringComparer.Ordinal);

    /// <summary>The backups that keep each cluster restorable: its newest good one, and its newest good one that owes no proof. A cluster without a good backup is left out.</summary>
    /// <param name="entries">Backups of any clusters, with their findings.</param>
    /// <param name="now">The moment, by the store's clock.</param>
    public static IReadOnlyDictionary<string, IReadOnlySet<BackupId>> NewestGoodOfEach(IEnumerable<CatalogEntry> entries, DateTimeOffset now) => entries
        .Where(e => IsGood(e, now))
        .GroupBy(e => e.Summary!.Cluster, StringComparer.Ordinal)
        .ToDictionary(
            cluster => cluster.Key,
            IReadOnlySet<BackupId> (cluster) => new HashSet<BackupId>(
                new[] { NewestGood(cluster, now), NewestGood(cluster, now, sound: true) }.OfType<CatalogEntry>().Select(e => e.Id)),
            StringComparer.Ordinal);

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
