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
    // With more than this it is quicker to put everything again than to read back what is left.
    private const int MaxDamaged = 10_000;

    // A part that none of the last few backups has is as good as new.
    private const int MaxBackupsRead = 5;

    /// <summary>Chooses, has the chosen ones pinned, and only then reads again which of them are still there. Without <paramref name="pin"/> it only looks, and writes nothing.</summary>
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

        // All at once first: every look lists the store's chunks, and only when something is wrong must it be known with which part.
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
    /// A base that lost a chunk would make every later backup reuse what is not there. What it lost is noted as damaged, so that it is put again and the rest is
    /// reused; a base that lost its list, or too much, is none.
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

        // A partial one will do: what it holds is whole, and one sick collection must not make every backup put all others again.
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

            // Backups of other collections, however many were made since, must not hide the last one that has a part.
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
            // Without a base everything is put again: slower, never wrong.
            LogUnusable(id.Value, e.Message);
            return null;
        }
    }

    /// <summary>
    /// Chunks of a backup from before the key number was raised are sealed under the key that leaked. Without it as a base they are all put again, over what is
    /// there, and the first backup after the raise holds nothing that the leak opens.
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

    /// <summary>The part of a backup that is most like a part: the same, or the same of another node.</summary>
    internal static ManifestPart? PartOf(Manifest manifest, PartKey key) =>
        manifest.Parts.FirstOrDefault(p => p.Key == key)
        ?? manifest.Parts.FirstOrDefault(p => p.Key.Collection == key.Collection && p.Key.Shard == key.Shard);

    [LoggerMessage(EventId = 3302, Level = LogLevel.Warning, Message = "Backup {Id} cannot serve as a base: {Reason}")]
    private partial void LogUnusable(string id, string reason);
}
