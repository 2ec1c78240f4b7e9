using System.Globalization;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Catalog;

public sealed partial class BackupCatalog
{
    private const int MaxRemarks = 5;

    /// <summary>The newest backup that stands for a cluster, damaged or not: verification, repair and copy use it when no backup is named.</summary>
    public async Task<BackupSummary> LatestAsync(string cluster, CancellationToken cancellationToken) =>
        (await ChooseAsync(new BackupWanted { Cluster = cluster, EvenDamaged = true }, cancellationToken)).Summary;

    /// <summary>
    /// The newest backup that covers the request and is neither dated ahead of the store's clock, nor suspect, nor known to be damaged. A damaged one is taken only when there is no
    /// other. The result lists the backups that were passed over.
    /// </summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <exception cref="RefusedException">Every backup is dated ahead of the clock, or every one that would do is suspect.</exception>
    public async Task<ChosenBackup> ChooseAsync(BackupWanted wanted, CancellationToken cancellationToken)
    {
        CatalogEntry[] all = [.. (await ListAsync(new CatalogFilter { Cluster = wanted.Cluster }, cancellationToken)).Where(e => e is { Retired: false, Summary: not null })];
        DateTimeOffset now = await store.Blobs.NowAsync(cancellationToken);
        CatalogEntry[] past = [.. all.Where(e => !BackupStanding.IsAhead(e.Id, now))];
        if (past.Length == 0 && all.Length > 0)
        {
            throw ClockSuspected(wanted.Cluster, all, now);
        }

        List<string> remarks = past.Length < all.Length && wanted.Day is null && !(wanted.AtOrBefore <= now)
            ? [$"{all.Length - past.Length} backups were passed over, first {all[0].Id}: each is dated ahead of the store's clock"]
            : [];
        CatalogEntry? damaged = null;
        bool anySuspect = false;
        foreach (CatalogEntry entry in past.Where(e => IsOfTime(wanted, e.Id)))
        {
            (Fitness fitness, string? why) = await JudgeAsync(wanted, entry, cancellationToken);
            if (fitness == Fitness.Fit)
            {
                return new ChosenBackup(entry.Summary!, Bounded(remarks));
            }

            anySuspect |= fitness == Fitness.Suspect;
            damaged ??= fitness == Fitness.Damaged ? entry : null;
            if (why is not null)
            {
                remarks.Add($"backup {entry.Id} was passed over: it {why}");
            }
        }

        return damaged is not null
            ? new ChosenBackup(damaged.Summary!, [.. Bounded(remarks), $"backup {damaged.Id} was taken all the same: every other one is damaged too, or does not hold what is asked for"])
            : throw await NoneAsync(wanted, past, Bounded(remarks), anySuspect, cancellationToken);
    }

    /// <summary>Opens a backup's manifest for display, with the warnings that belong to it.</summary>
    public async Task<ShownBackup> ShowAsync(BackupId id, CancellationToken cancellationToken)
    {
        (Manifest manifest, string hash) = await OpenWithHashAsync(id, cancellationToken);
        CatalogEntry entry = await FindFindingsAsync(new CatalogEntry(id, ManifestDocuments.Summarize(manifest, hash), Retired: false), cancellationToken);
        return new ShownBackup(manifest, entry.Findings?.Confirmed, await FindDoubtsAsync(manifest, hash, cancellationToken));
    }

    /// <summary>Warnings before a backup is used: it is dated ahead, suspect or damaged, or parts of it were never read back as a whole.</summary>
    internal async Task<IReadOnlyList<string>> FindDoubtsAsync(Manifest manifest, string hash, CancellationToken cancellationToken)
    {
        CatalogEntry entry = await FindFindingsAsync(new CatalogEntry(manifest.Id, ManifestDocuments.Summarize(manifest, hash), Retired: false), cancellationToken);
        DateTimeOffset now = await store.Blobs.NowAsync(cancellationToken);

        // The current time is left out: these texts are part of a plan, which must be the same a moment later.
        var doubts = new List<string>();
        if (BackupStanding.IsAhead(entry.Id, now))
        {
            doubts.Add($"backup {entry.Id} is dated ahead of the store's clock");
        }

        if (BackupStanding.IsSuspect(entry))
        {
            doubts.Add($"backup {entry.Id} is suspect: {manifest.Suspect}; it is not confirmed");
        }

        if (entry.Findings is { IsDamaged: true } findings)
        {
            doubts.Add($"backup {entry.Id} {DamageText(findings)}");
        }

        if (entry.Findings is { OwedProofs: > 0 and var owed })
        {
            doubts.Add($"backup {entry.Id} owes the proof of {owed} parts: they have not been read back as a whole yet");
        }

        return doubts;
    }

    private static bool IsOfTime(BackupWanted wanted, BackupId id) =>
        (wanted.Day is null || DayOf(id) == wanted.Day) && (wanted.AtOrBefore is null || id.Began <= wanted.AtOrBefore);

    /// <summary>Whether a backup qualifies. The reason against it is reported only where a person may wonder: that an hourly selection is not a whole backup is expected.</summary>
    private async Task<(Fitness Fitness, string? Why)> JudgeAsync(BackupWanted wanted, CatalogEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            (bool covers, string? lacks) = await CoversAsync(wanted, entry.Summary!, cancellationToken);
            if (!covers)
            {
                return (Fitness.Lacking, lacks);
            }
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return (Fitness.Lacking, "is damaged: its manifest cannot be read");
        }

        // A verification record that does not open is reported and does not disqualify the backup: anyone who can write blobs can spoil it.
        CatalogEntry found = await FindFindingsAsync(entry, cancellationToken);
        return BackupStanding.IsSuspect(found) ? (Fitness.Suspect, $"is suspect: {found.Summary!.Suspect}")
            : !wanted.EvenDamaged && found.Findings is { Damaged: > 0 } findings ? (Fitness.Damaged, DamageText(findings))
            : (Fitness.Fit, null);
    }

    private async Task<(bool Covers, string? Lacks)> CoversAsync(BackupWanted wanted, BackupSummary summary, CancellationToken cancellationToken)
    {
        bool isWhole = summary.Selection is null;
        if (wanted.Collections.Count == 0 || wanted.Collections.Any(NamePattern.IsPattern))
        {
            if (!isWhole || summary.State == BackupState.Partial)
            {
                return (false, isWhole ? "is partial" : null);
            }
        }

        foreach (string name in wanted.Collections.Where(c => !NamePattern.IsPattern(c)))
        {
            if (!await HoldsAsync(summary, name, cancellationToken))
            {
                return (false, isWhole ? $"does not hold collection '{name}'" : null);
            }
        }

        return (true, null);
    }

    private async Task<BackupException> NoneAsync(
        BackupWanted wanted, CatalogEntry[] past, IReadOnlyList<string> remarks, bool anySuspect, CancellationToken cancellationToken)
    {
        string when = wanted switch
        {
            { Day: { } day } => $" of {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} (UTC)",
            { AtOrBefore: { } time } => $" at or before {BackupStanding.Text(time)}",
            _ => "",
        };
        string what = wanted.Collections.Count == 0
            ? $"there is no complete backup of '{wanted.Cluster}'{when}"
            : $"there is no backup of '{wanted.Cluster}'{when} that holds {string.Join(", ", wanted.Collections.Take(MaxRemarks).Select(c => $"'{c}'"))}";
        if (anySuspect)
        {
            return new RefusedException(
                $"{what} and counts: {string.Join("; ", remarks)}",
                "Look at what it holds with 'qdrant-backup show'. If it is right, run 'qdrant-backup confirm ID', or name it by its id: 'qdrant-backup restore --id'.");
        }

        string text = string.Join(" and ", (await NeighboursAsync(wanted, past, cancellationToken)).Select(e => $"{e.Id} ({BackupStanding.Text(e.Id.Began)})"));
        return text.Length > 0
            ? new UsageException(what, $"Choose one of its neighbours by its id: {text}.")
            : new UsageException(
                $"{what} in {store.Blobs.Location}{string.Concat(remarks.Select(r => $"; {r}"))}",
                wanted.Collections.Count == 0
                    ? "Make one with 'qdrant-backup backup', or check the cluster's name and the store's address."
                    : "Look at what the backups hold with 'qdrant-backup show'; names are case-sensitive.");
    }

    /// <summary>The nearest qualifying backups before and after the requested time.</summary>
    private async Task<IReadOnlyList<CatalogEntry>> NeighboursAsync(BackupWanted wanted, CatalogEntry[] past, CancellationToken cancellationToken)
    {
        var found = new List<CatalogEntry>();
        if (wanted.Day is null && wanted.AtOrBefore is null)
        {
            return found;
        }

        bool IsLater(CatalogEntry entry) => wanted.Day is { } day ? DayOf(entry.Id) > day : entry.Id.Began > wanted.AtOrBefore;
        foreach (IEnumerable<CatalogEntry> side in (IEnumerable<CatalogEntry>[])[past.Reverse().Where(IsLater), past.Where(e => !IsLater(e))])
        {
            foreach (CatalogEntry entry in side)
            {
                if ((await JudgeAsync(wanted, entry, cancellationToken)).Fitness == Fitness.Fit)
                {
                    found.Add(entry);
                    break;
                }
            }
        }

        return found;
    }

    private static RefusedException ClockSuspected(string cluster, CatalogEntry[] newestFirst, DateTimeOffset now) => new(
        $"every backup of '{cluster}' is dated ahead of the store's clock, which shows {BackupStanding.Text(now)}: the oldest is {newestFirst[^1].Id} ({BackupStanding.Text(newestFirst[^1].Id.Began)}), "
        + $"the newest {newestFirst[0].Id} ({BackupStanding.Text(newestFirst[0].Id.Began)})",
        "The clock may be wrong: set it right, or name the backup by its id: 'qdrant-backup restore --id'.");

    private static string DamageText(BackupFindings findings) => findings.IsUnreadable
        ? "may be damaged: the record of its verifications cannot be read"
        : $"is known to be damaged: {findings.Damaged} blobs";

    private static IReadOnlyList<string> Bounded(List<string> remarks) =>
        remarks.Count <= MaxRemarks ? remarks : [.. remarks.Take(MaxRemarks), $"{remarks.Count - MaxRemarks} more were passed over"];

    private static DateOnly DayOf(BackupId id) => DateOnly.FromDateTime(id.Began.UtcDateTime);

    private enum Fitness
    {
        Fit,
        Lacking,
        Suspect,
        Damaged,
    }
}
