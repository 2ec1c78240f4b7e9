using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.Verification;

/// <summary>Chooses the scope of a verification, and pins its backups before they are read (W3).</summary>
/// <param name="plans">The plans of runs, in the store that keeps the runs' records.</param>
/// <param name="catalog">The backups of the store that is verified.</param>
/// <param name="verified">The findings about them.</param>
/// <param name="pins">The pins of that store.</param>
/// <param name="options">Limits and the cluster's name.</param>
/// <param name="other">The other store, if there is one.</param>
public sealed class VerifyPlanner(VerifyPlans plans, BackupCatalog catalog, VerifiedRecords verified, RunPins pins, CaptureOptions options, OtherCopy? other = null)
{
    // More are rare, and the next day's run reads the rest.
    private const int MaxOwed = 100;

    /// <summary>Plans, pins, stores the plan. Repeating it returns the plan stored first.</summary>
    public async Task<VerifyPlan> PlanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (await plans.FindAsync(request.RunId, cancellationToken) is { } stored)
        {
            return stored;
        }

        VerifyRequest wanted = request.Verify ?? throw new RefusedException($"run {request.RunId} is no verification", "Start a new run.");
        IReadOnlyList<CatalogEntry> chosen = wanted.All ? await AllAsync(cancellationToken) : [await OneAsync(wanted, cancellationToken)];
        await pins.WriteAsync(request.RunId, request.Kind, [.. chosen.Select(e => e.Id)], cancellationToken);

        // Re-check after pinning: a pruner may have missed the pin of a backup that had ended before.
        IReadOnlyList<CatalogEntry> entries = await catalog.WithoutRetiredAsync(chosen, cancellationToken);
        if (!wanted.All && entries.Count == 0)
        {
            throw new RefusedException($"backup {chosen[0].Id} was ended by retention or a person and may lose its chunks at any time", "Verify another backup.");
        }

        BackupId[] ids = [.. entries.Select(e => e.Id)];
        IReadOnlyList<VerifyItem> owed = wanted.Rolling ? await OwedAsync(entries, cancellationToken) : [];
        int shares = wanted.Subset?.Of ?? 1;
        var plan = new VerifyPlan { RunId = request.RunId, Request = wanted, Backups = ids, Owed = owed };
        return await plans.StoreAsync(plan with
        {
            ItemCount = owed.Count + (entries.Sum(e => (long)(e.Summary?.PartCount ?? 1)) / shares) + VerifyItems.Stretches(plan, 0, options).Count,
            Bytes = wanted.Level == VerifyLevel.Exists ? 0 : entries.Sum(e => e.Summary?.Totals.Bytes ?? 0) / shares,
        }, cancellationToken);
    }

    /// <summary>The next items of a run's plan.</summary>
    public async Task<VerifyPage> ListAsync(RunId runId, VerifyCursor cursor, int count, CancellationToken cancellationToken) =>
        await new VerifyItems(await plans.ReadAsync(runId, cancellationToken), catalog, other, options).ListAsync(cursor, count, cancellationToken);

    private async Task<IReadOnlyList<CatalogEntry>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await catalog.ListAsync(new CatalogFilter(), cancellationToken)).Where(e => !e.Retired).Reverse()];

    private async Task<CatalogEntry> OneAsync(VerifyRequest wanted, CancellationToken cancellationToken)
    {
        BackupId id = wanted.BackupId ?? (await catalog.LatestAsync(options.Cluster, cancellationToken)).Id;
        var filter = new CatalogFilter { From = id.Began, To = id.Began.AddSeconds(1) };
        return (await catalog.ListAsync(filter, cancellationToken)).FirstOrDefault(e => e.Id == id) ?? throw BackupCatalog.NoBackup(id);
    }

    private async Task<IReadOnlyList<VerifyItem>> OwedAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken)
    {
        var owed = new List<VerifyItem>();
        foreach (CatalogEntry entry in entries.Reverse().Where(e => e.Summary?.OwedProofs > 0))
        {
            IReadOnlyList<int> paid = (await verified.FindAsync(entry.Id, cancellationToken))?.PaidProofs ?? [];
            if (owed.Count >= MaxOwed || paid.Count >= entry.Summary!.OwedProofs)
            {
                continue;
            }

            try
            {
                Manifest manifest = await catalog.OpenAsync(entry.Id, cancellationToken);
                owed.AddRange(manifest.Parts
                    .Where(p => p.Proof == PartProof.Owed && !paid.Contains(p.PartNo))
                    .Take(MaxOwed - owed.Count)
                    .Select(p => VerifyItems.Part(entry.Id, p, VerifyLevel.Readable)));
            }
            catch (BackupException e) when (e.IsDamage || e is UsageException)
            {
                // Its own item reports what is wrong with it.
            }
        }

        return owed;
    }
}
