using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>The position of a trace.</summary>
/// <param name="After">The backup after which to continue; null when it is done.</param>
public sealed record TraceReceipt(BackupId? After);

/// <summary>Finds the backups that need a verification's damaged blobs, and records the findings about each backup.</summary>
/// <param name="records">The store that keeps the run's records.</param>
/// <param name="plans">The plans of verifications.</param>
/// <param name="on">The store that is verified.</param>
/// <param name="verified">What is recorded about them.</param>
/// <param name="options">How long one step may take.</param>
/// <param name="time">The clock.</param>
public sealed class DamageTrace(
    SealedStore records, VerifyPlans plans, StoreAccess on, VerifiedRecords verified, CaptureOptions options, TimeProvider time)
{
    /// <summary>What verifications have shown of the backups.</summary>
    internal VerifiedRecords Verified => verified;

    private const string ItemPrefix = "damage-";
    private const string Report = "damages";

    /// <summary>Traces until the time is used up, in the order of the backups' ids.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="after">The backup after which to continue.</param>
    /// <param name="isWhole">Whether every item of the plan was verified, so that a backup without findings has no damage.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<TraceReceipt> TraceAsync(RunId runId, BackupId? after, bool isWhole, CancellationToken cancellationToken)
    {
        VerifyPlan plan = await plans.ReadAsync(runId, cancellationToken);
        DamageReport report = after is null ? await GatherAsync(runId, cancellationToken) : await ReadAsync(runId, cancellationToken) ?? await GatherAsync(runId, cancellationToken);
        var tally = new DamageTally(report);

        // For a damage that is counted but not listed, the affected backups are unknown: then no backup passes.
        bool isListed = report.Count == report.Damages.Count;
        long began = time.GetTimestamp();
        BackupId[] left = [.. (await BackupsAsync(plan, tally, cancellationToken)).Where(id => after is null || string.CompareOrdinal(id.Value, after.Value.Value) > 0)];
        foreach (BackupId id in left)
        {
            await TraceAsync(plan, id, tally, isWhole && isListed, cancellationToken);
            if (time.GetElapsedTime(began) >= options.TransferTime && id != left[^1])
            {
                await WriteAsync(tally.ToReport(), cancellationToken);
                return new TraceReceipt(id);
            }
        }

        await WriteAsync(tally.ToReport(), cancellationToken);
        return new TraceReceipt(After: null);
    }

    /// <summary>The findings of a run, or null when it found nothing or is not that far.</summary>
    public Task<DamageReport?> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        records.GetDocumentAsync(BlobNames.Run(runId, Report), SealedType.Record, DamagesJson.Default.DamageReport, cancellationToken);

    /// <summary>Notes the findings of an item. Verifying it again overwrites them.</summary>
    internal Task NoteAsync(VerifyStep step, ItemDamage found, CancellationToken cancellationToken)
    {
        VerifyItem item = step.Item;
        string what = $"{ItemPrefix}{item.BackupId?.Value ?? "store"}-{item.PartNo:D5}-{item.Ids?.From ?? 0:x9}-{step.After?[..16] ?? "0"}";
        return records.PutDocumentAsync(
            BlobNames.Run(step.RunId, what), SealedType.Record, found, DamagesJson.Default.ItemDamage, PutCondition.Always, summary: null, cancellationToken);
    }

    private async Task TraceAsync(VerifyPlan plan, BackupId id, DamageTally tally, bool isWhole, CancellationToken cancellationToken)
    {
        string? hash = null;
        try
        {
            SecondReads? second = on.Other?.NewReads();
            (Manifest manifest, hash) = await on.Catalog.OpenWithHashAsync(id, second, cancellationToken);
            tally.Touch(id, manifest);
            if (tally.HasChunks)
            {
                await foreach (ChunkList list in BackupLists.OpenAsync(on.Store, manifest, second, cancellationToken))
                {
                    tally.Touch(id, list);
                }
            }
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            tally.Touch(id, manifest: null);
        }

        (int count, bool isAsWritten) = tally.UnmendedOf(id);
        if (hash is not null && count > 0)
        {
            // Every level finds a blob that does not open; a fault of the writer shows only at the level that found it.
            VerifyLevel level = isAsWritten ? plan.Request.Level : VerifyLevel.Exists;
            await verified.MarkDamagedAsync(id, hash, count, level, plan.RunId, cancellationToken);
        }
        else if (hash is not null && isWhole && plan.Request.Subset is null && plan.Backups.Contains(id))
        {
            await verified.PassAsync(id, hash, plan.Request.Level, VerifyItems.LevelOfParts(plan.Request), plan.RunId, cancellationToken);
        }
    }

    /// <summary>Every backup of the store when a chunk is damaged, since any may need it; else those that were verified.</summary>
    private async Task<IReadOnlyList<BackupId>> BackupsAsync(VerifyPlan plan, DamageTally tally, CancellationToken cancellationToken)
    {
        if (!tally.HasChunks)
        {
            return plan.Backups;
        }

        IReadOnlyList<CatalogEntry> all = await on.Catalog.ListAsync(new CatalogFilter(), cancellationToken);
        return [.. all.Where(e => !e.Retired).Select(e => e.Id).Union(plan.Backups).OrderBy(id => id.Value, StringComparer.Ordinal)];
    }

    private async Task<DamageReport> GatherAsync(RunId runId, CancellationToken cancellationToken)
    {
        long count = 0;
        var damages = new Dictionary<string, Damage>(StringComparer.Ordinal);
        await foreach (BlobEntry entry in records.Blobs.ListAsync(BlobNames.RunFolder(runId) + ItemPrefix, cancellationToken))
        {
            ItemDamage found = await records.GetDocumentAsync(entry.Name, SealedType.Record, DamagesJson.Default.ItemDamage, cancellationToken)
                ?? throw new MissingBlobException(entry.Name, "was there and is missing now");
            count += found.Count - found.Damages.Count;
            foreach (Damage damage in found.Damages)
            {
                if (damages.Count == DamageReport.MaxDamages && !damages.ContainsKey(damage.Blob))
                {
                    count++;
                    continue;
                }

                // Several items find the same blob; it is repaired once any of them repaired it.
                damages[damage.Blob] = damages.TryGetValue(damage.Blob, out Damage? met) && met.IsMended ? met : damage;
            }
        }

        return new DamageReport { RunId = runId, Count = count + damages.Count, Damages = [.. damages.Values] };
    }

    private Task<BlobEntry> WriteAsync(DamageReport report, CancellationToken cancellationToken) => records.PutDocumentAsync(
        BlobNames.Run(report.RunId, Report), SealedType.Record, report, DamagesJson.Default.DamageReport, PutCondition.Always, summary: null, cancellationToken);
}
