using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>Chooses what to copy and pins it in both stores: in the source the backups that are read, in the target those that are put (docs/format.md §7).</summary>
/// <param name="plans">The plans of runs.</param>
/// <param name="ends">Where it is copied from and to.</param>
/// <param name="options">The cluster's name.</param>
public sealed class CopyPlanner(CopyPlans plans, CopyEnds ends, CaptureOptions options)
{
    private const int MaxNamed = 20;

    /// <summary>Plans, pins, stores the plan. Repeating it returns the plan stored first.</summary>
    public async Task<CopyPlan> PlanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (await plans.FindAsync(request.RunId, cancellationToken) is { } stored)
        {
            return stored;
        }

        CopyRequest wanted = request.Copy ?? throw new RefusedException($"run {request.RunId} is no copy", "Start a new run.");
        var remarks = new List<string>();
        CatalogEntry[] chosen = [.. await ChooseAsync(request, wanted, remarks, cancellationToken)];

        // Both pins before anything is read or put: no backup that is read is deleted, and no chunk that is put is taken for garbage (W3).
        await ends.SourcePins.WriteAsync(request.RunId, request.Kind, [.. chosen.Select(e => e.Id)], cancellationToken);
        await ends.TargetPins.WriteAsync(request.RunId, request.Kind, [], cancellationToken);

        // Re-check after pinning: a pruner may have missed the pin of a backup that had ended before.
        IReadOnlyList<CatalogEntry> entries = await ends.SourceCatalog.WithoutRetiredAsync(chosen, cancellationToken);
        if (chosen.Length - entries.Count is > 0 and var ended)
        {
            remarks.Add($"{ended} backups were ended while the copy was planned and are not copied");
        }

        await new MarkCopy(ends).CopyAsync(cancellationToken);
        foreach (string recipient in await ReplicaOpening.MissingRecipientsAsync(ends.Source, ends.Target, cancellationToken))
        {
            remarks.Add($"recipient {recipient} opens {ends.Source.Blobs.Location} and not {ends.Target.Blobs.Location}: each store has recipients of its own");
        }

        return await plans.StoreAsync(
            new CopyPlan
            {
                RunId = request.RunId,
                Request = wanted,
                Backups = [.. entries.Select(e => e.Id)],
                PartCount = entries.Sum(e => (long)(e.Summary?.PartCount ?? 0)),
                Bytes = entries.Sum(e => e.Summary?.Totals.Bytes ?? 0),
                Remarks = remarks,
            },
            cancellationToken);
    }

    /// <summary>The next items of a run's plan; at least one, unless the plan is at its end. A backup that was deleted meanwhile has no items.</summary>
    public async Task<CopyPage> ListAsync(RunId runId, CopyCursor cursor, int count, CancellationToken cancellationToken)
    {
        CopyPlan plan = await plans.ReadAsync(runId, cancellationToken);
        var items = new List<CopyItem>();
        while (items.Count < count && cursor.Backup < plan.Backups.Count)
        {
            BackupId id = plan.Backups[cursor.Backup];
            IReadOnlyList<CopyItem> own = await ItemsOfAsync(id, cancellationToken);
            int taken = Math.Min(count - items.Count, Math.Max(0, own.Count - cursor.Part));
            items.AddRange(own.Skip(cursor.Part).Take(taken));
            cursor = cursor.Part + taken >= own.Count ? new CopyCursor(cursor.Backup + 1) : cursor with { Part = cursor.Part + taken };
        }

        return new CopyPage(items, cursor.Backup < plan.Backups.Count ? cursor : null);
    }

    private async Task<IEnumerable<CatalogEntry>> ChooseAsync(RunRequest request, CopyRequest wanted, List<string> remarks, CancellationToken cancellationToken)
    {
        var filter = wanted.BackupId is { } only
            ? new CatalogFilter { From = only.Began, To = only.Began.AddSeconds(1) }
            : new CatalogFilter { Cluster = options.Cluster };
        CatalogEntry[] here = [.. (await ends.SourceCatalog.ListAsync(filter, cancellationToken)).Where(e => wanted.BackupId is null || e.Id == wanted.BackupId)];
        if (wanted.BackupId is { } id && here.Length == 0)
        {
            throw BackupCatalog.NoBackup(id);
        }

        IReadOnlyList<CatalogEntry> there = await ends.TargetCatalog.ListAsync(filter, cancellationToken);
        IReadOnlySet<BackupId> noted = await NoteCopiesAsync(request.RunId, here, there, cancellationToken);
        HashSet<BackupId> copied = [.. there.Select(e => e.Id)];
        CatalogEntry[] absent = [.. here.Where(e => !e.Retired && !copied.Contains(e.Id))];
        HashSet<BackupId> asked = [.. absent.Select(e => e.Id)];
        EndedBackups ended = await ends.Target.Ends.ListAsync(asked.Contains, cancellationToken);
        if (!wanted.Make && absent.Count(e => noted.Contains(e.Id) && !ended.Contains(e.Id)) is > 0 and var gone)
        {
            remarks.Add($"{gone} backups had been copied to {ends.Target.Blobs.Location} and are missing there without a record of their end; they are copied again. Find out what deleted them");
        }

        if (absent.Count(e => ended.Contains(e.Id)) is > 0 and var count)
        {
            remarks.Add($"{count} backups were ended in {ends.Target.Blobs.Location} and are not copied there again");
        }

        foreach (CatalogEntry damaged in absent.Where(e => e.Summary is null).Take(MaxNamed))
        {
            remarks.Add($"backup {damaged.Id} is damaged and not copied: {damaged.Damage}");
        }

        CatalogEntry[] missing = [.. absent.Where(e => e.Summary is not null && !ended.Contains(e.Id))];
        if (wanted.BackupId is not null && missing.Length == 0 && remarks.Count == 0)
        {
            remarks.Add($"backup {wanted.BackupId} is in {ends.Target.Blobs.Location} already, or was ended here");
        }

        return missing;
    }

    /// <summary>Repeats notes that are missing here because a run ended between the two writes; returns the earlier notes.</summary>
    private async Task<IReadOnlySet<BackupId>> NoteCopiesAsync(RunId runId, IEnumerable<CatalogEntry> here, IReadOnlyList<CatalogEntry> there, CancellationToken cancellationToken)
    {
        if (!ends.Target.IsReplica)
        {
            // A backup that comes back had been copied: that is the reason it was missing.
            return new HashSet<BackupId>();
        }

        IReadOnlySet<BackupId> noted = await ends.Records.ListAsync(cancellationToken);
        foreach (CatalogEntry entry in here.Where(e => e.Summary is not null && !noted.Contains(e.Id)))
        {
            if (there.Any(t => t.Id == entry.Id && t.Summary?.ManifestHash == entry.Summary!.ManifestHash))
            {
                await ends.NoteCopiedAsync(entry.Id, entry.Summary!.ManifestHash, runId, cancellationToken);
            }
        }

        return noted;
    }

    private async Task<IReadOnlyList<CopyItem>> ItemsOfAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ManifestPart> parts = (await ends.SourceCatalog.OpenAsync(id, cancellationToken)).Parts;

            // A backup of an empty server has a manifest and nothing else.
            return parts.Count == 0
                ? [new CopyItem(id, 0, "", 0, IsFirst: true, IsLast: true)]
                : [.. parts.Select((part, n) => new CopyItem(id, part.PartNo, part.Key.Collection, part.Length, n == 0, n == parts.Count - 1))];
        }
        catch (UsageException)
        {
            return [];
        }
    }
}
