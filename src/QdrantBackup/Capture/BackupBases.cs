using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Chooses for each part the earlier backup whose chunks it may reuse: the newest one that has that part (docs/format.md §7).</summary>
public sealed partial class BackupBases(SealedStore store, BackupCatalog catalog, DamageRecords damage, CaptureOptions options, ILogger<BackupBases> logger)
{
    // With more damaged chunks than this, uploading everything again is quicker than reading back the rest.
    private const int MaxDamaged = 10_000;

    // A part that the last few backups do not have is treated as new.
    private const int MaxBackupsRead = 5;

    /// <summary>Chooses bases, pins them, and only then reads again which of them still exist. Without <paramref name="pin"/> it only reads, and writes nothing.</summary>
    public async Task<BackupPlan> ChooseAsync(BackupPlan plan, Func<IReadOnlyList<BackupId>, Task>? pin, CancellationToken cancellationToken)
    {
        store.ThrowIfReplica();
        bool isPreview = pin is null;
        IReadOnlyDictionary<int, BackupId> candidates = await FindAsync(plan, cancellationToken);
        BackupId[] chosen = [.. candidates.Values.Distinct()];

        // The order is what keeps a pruner from taking a base away (W3): pin first, read again afterwards.
        await (pin?.Invoke(chosen) ?? Task.CompletedTask);
        var alive = new Dictionary<BackupId, Manifest>();
        foreach (BackupId id in chosen)
        {
            if (await TryOpenAsync(id, cancellationToken) is { } manifest)
            {
                alive.Add(id, manifest);
            }
        }

        PlannedPart[] based = [.. plan.Parts.Select(p => WithBase(p, candidates, alive))];

        // All parts in one pass first: each check lists the store's chunks. Which part is affected matters only when something is wrong.
        if (await ProblemAsync(based, isPreview, cancellationToken) is not null)
        {
            for (int i = 0; i < based.Length; i++)
            {
                if (based[i].Base is { } id && await ProblemAsync([based[i]], isPreview, cancellationToken) is { } problem)
                {
                    LogUnusable(id.Value, problem);
                    based[i] = plan.Parts[i];
                }
            }
        }

        return plan with { Parts = based };
    }

    /// <summary>
    /// With a base that lost a chunk, every later backup would reuse a chunk that is missing. So its missing chunks are noted as damaged, which makes this backup upload them
    /// again and reuse the rest. A base that lost a list, or too many chunks, is not used.
    /// </summary>
    private async Task<string?> ProblemAsync(IReadOnlyList<PlannedPart> parts, bool isPreview, CancellationToken cancellationToken)
    {
        try
        {
            KnownDamage known = await damage.LoadAsync(cancellationToken);
            var presence = new ChunkPresence(store, new PartReader(store, options.MaxChunksInFlight), options.MaxKnownChunks, known);
            ManifestPart[] bases = [.. parts.Select(p => p.BasePart).OfType<ManifestPart>()];
            IReadOnlyList<SuspectChunk> damaged = await presence.FindDamagedAsync(bases, MaxDamaged, cancellationToken);
            if (!isPreview)
            {
                await damage.AddAsync(damaged.Select(d => d.Entry.Id), runId: null, cancellationToken);
                await damage.RemoveAsync(presence.Sound, cancellationToken);
            }

            return damaged.Count < MaxDamaged ? null : $"{damaged.Count} chunks and more are missing or damaged, first '{BlobNames.Chunk(damaged[0].Entry.Id)}'";
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return e.Message;
        }
    }

    private async Task<IReadOnlyDictionary<int, BackupId>> FindAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, BackupId>();
        if (plan.Parts.Count == 0)
        {
            return found;
        }

        // A partial backup is good enough: the parts it holds are whole. Otherwise one broken collection would make every backup upload all other collections again.
        var filter = new CatalogFilter { Cluster = plan.Cluster.Name };
        IEnumerable<CatalogEntry> newest = (await catalog.ListAsync(filter, cancellationToken))
            .Where(e => e is { Retired: false, Summary: not null } && e.Id.AsRun() != plan.RunId)
            .OrderBy(e => BackupStanding.IsAhead(e.Id, plan.RunId.Began));
        int read = 0;
        foreach (CatalogEntry entry in newest)
        {
            if (found.Count == plan.Parts.Count || read == MaxBackupsRead)
            {
                break;
            }

            // Backups of other collections, however many, must not hide the last backup that has the part.
            if (!MayHold(entry.Summary!, plan.Parts.Where(p => !found.ContainsKey(p.PartNo))))
            {
                continue;
            }

            read++;
            if (await TryOpenAsync(entry.Id, cancellationToken) is { } manifest)
            {
                foreach (PlannedPart part in plan.Parts.Where(p => !found.ContainsKey(p.PartNo) && PartOf(manifest, p.Key) is not null))
                {
                    found.Add(part.PartNo, entry.Id);
                }
            }
        }

        return found;
    }

    private static bool MayHold(BackupSummary backup, IEnumerable<PlannedPart> parts) =>
        backup.Collections.Count < backup.CollectionCount || parts.Any(p => backup.Collections.Contains(p.Key.Collection));

    private async Task<Manifest?> TryOpenAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.IsRetiredAsync(id, cancellationToken) || await IsOfALeakedKeyAsync(id, cancellationToken)
                ? null
                : await catalog.OpenAsync(id, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            // Without a base every chunk is uploaded again: slower, never wrong.
            LogUnusable(id.Value, e.Message);
            return null;
        }
    }

    /// <summary>
    /// Chunks of a backup from before the key number was raised are sealed under the leaked key. Such a backup is no base, so all chunks are uploaded again over the old
    /// ones, and the first backup after the raise holds nothing that the leaked key opens.
    /// </summary>
    private async Task<bool> IsOfALeakedKeyAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (store.Sealer.KeyNumber == 0 || !(await store.KeyNumberOfAsync(BlobNames.Manifest(id), SealedType.Manifest, cancellationToken) < store.Sealer.KeyNumber))
        {
            return false;
        }

        LogUnusable(id.Value, $"it was sealed before the key number was raised to {store.Sealer.KeyNumber}");
        return true;
    }

    private static PlannedPart WithBase(PlannedPart part, IReadOnlyDictionary<int, BackupId> candidates, Dictionary<BackupId, Manifest> alive)
    {
        if (!candidates.TryGetValue(part.PartNo, out BackupId id) || !alive.TryGetValue(id, out Manifest? manifest) || PartOf(manifest, part.Key) is not { } found)
        {
            return part;
        }

        return part with { Base = id, BasePart = found, ExpectedBytes = found.Length };
    }

    /// <summary>The part of a backup that matches a part best: the same part, or the same collection and shard on another node.</summary>
    internal static ManifestPart? PartOf(Manifest manifest, PartKey key) =>
        manifest.Parts.FirstOrDefault(p => p.Key == key)
        ?? manifest.Parts.FirstOrDefault(p => p.Key.Collection == key.Collection && p.Key.Shard == key.Shard);

    [LoggerMessage(EventId = 3302, Level = LogLevel.Warning, Message = "Backup {Id} cannot serve as a base: {Reason}")]
    private partial void LogUnusable(string id, string reason);
}
