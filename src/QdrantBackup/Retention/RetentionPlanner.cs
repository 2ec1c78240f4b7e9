using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Storage;

namespace QdrantBackup.Retention;

/// <summary>Judges the backups of one cluster and plans what to end. Only that cluster's: a store may hold several.</summary>
public sealed class RetentionPlanner(
    SealedStore store, BackupCatalog catalog, BackupHolds holds, RetentionPlans plans, RetentionPolicy policy, PruneOptions options)
{
    private const string NotEndedYet = "it is shown no more, and its chunks stay for";

    private readonly KnownHolds _known = new(store, holds);
    private readonly HeldCollections _collections = new(catalog);

    /// <summary>What the policy says of a cluster's backups. Changes nothing.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="now">The moment by the store's clock; null: the store is asked, or the last manifest's time if that is later.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RetentionPreview> PreviewAsync(string cluster, DateTimeOffset? now, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> entries = await catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        IReadOnlyDictionary<BackupId, Hold> held = await _known.ListAsync(cluster, cancellationToken);
        DateTimeOffset moment = now ?? await NowAsync(entries, cancellationToken);
        Dictionary<BackupId, CatalogEntry> open = entries.Where(e => !e.Retired).ToDictionary(e => e.Id);
        RetentionCandidate[] candidates = [.. entries.Where(e => !e.Retired).Select(e => CandidateOf(e) with { OnHold = held.ContainsKey(e.Id) })];
        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(policy, moment, await _collections.FillAsync(candidates, moment, cancellationToken));
        return new RetentionPreview
        {
            Cluster = cluster,
            Now = moment,
            Hash = HashOf(cluster, verdicts, open),
            Backups = [.. verdicts.Select(v => new JudgedBackup(v, open[v.Id].Summary, held.GetValueOrDefault(v.Id)))],
            Ended = await ListEndedAsync(entries, cancellationToken),
            Unusual = UnusualDeletion.OfBackups(verdicts.Count(v => !v.Keep), verdicts.Count, options.UnusualShare),
        };
    }

    /// <summary>Plans what a run ends and stores the plan. Repeating it returns the plan stored first.</summary>
    /// <exception cref="RefusedException">The run was asked for another plan, or the plan is unusual and nobody allowed that.</exception>
    public async Task<RetentionPlan> PlanAsync(RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await plans.FindAsync(request.RunId, cancellationToken) is { } stored)
        {
            return stored;
        }

        RetentionRequest wanted = request.Retention ?? throw new RefusedException($"run {request.RunId} is no retention", "Start a new run.");
        RetentionPreview preview = await PreviewAsync(request.Cluster, now, cancellationToken);
        if (wanted.PlanHash is not null && wanted.PlanHash != preview.Hash)
        {
            throw new RefusedException("the backups have changed since the plan was made, and nothing was ended", "Look at the new plan ('qdrant-backup cleanup --dry-run') and apply that.");
        }

        if (preview.Unusual is { } unusual && !wanted.AllowUnusual)
        {
            throw new RefusedException(
                $"nothing was ended: {unusual}", "Look at the plan ('qdrant-backup cleanup --dry-run'). If it is as it should be, say so with 'qdrant-backup cleanup --yes-delete-unusual'.");
        }

        await _known.RememberAsync(request.Cluster, preview.Backups.Where(b => b.Hold is not null).Select(b => b.Verdict.Id), cancellationToken);
        return await plans.StoreAsync(
            new RetentionPlan { RunId = request.RunId, Cluster = request.Cluster, Now = now, Hash = preview.Hash, End = preview.End }, cancellationToken);
    }

    /// <summary>What ending one backup of a cluster means. One on hold, the newest complete one, and one of another cluster are refused.</summary>
    public async Task<DeletionPlan> PreviewDeletionAsync(string cluster, BackupId id, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> entries = await catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        if (entries.FirstOrDefault(e => e.Id == id) is not { } entry)
        {
            throw await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is null
                ? new UsageException($"there is no backup {id}", "List the backups that exist with 'qdrant-backup list'.")
                : new RefusedException($"{id} is no backup of cluster '{cluster}'", "Use the app of the cluster that it is of.");
        }

        if ((await _known.ListAsync(cluster, cancellationToken)).GetValueOrDefault(id) is { } hold)
        {
            throw new RefusedException($"backup {id} is on hold: {hold.Reason} ({hold.By})", "Release it first, with 'qdrant-backup release'.");
        }

        DateTimeOffset now = await NowAsync(entries, cancellationToken);
        if (RetentionRules.Newest(entries.Where(e => !e.Retired).Select(CandidateOf), now).Contains(id))
        {
            throw new RefusedException($"backup {id} is the newest complete one of cluster '{cluster}', or the newest that is sound", "Make another backup first.");
        }

        List<string> remarks = [$"{NotEndedYet} {options.Grace.TotalHours:0.#} hours more"];
        if (entry.Damage is { } damage)
        {
            remarks.Insert(0, $"its manifest is damaged, so nobody can say what it holds or of which cluster it is: {damage}");
        }

        if (entry.Retired)
        {
            remarks.Insert(0, "it was ended already");
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"delete\n{id}\n{entry.Summary?.ManifestHash}\n{entry.Retired}"));
        return new DeletionPlan(id, Convert.ToHexStringLower(hash), entry.Summary?.Totals.Bytes ?? 0, remarks) { Now = now };
    }

    internal static RetentionCandidate CandidateOf(CatalogEntry entry) => new()
    {
        Id = entry.Id,
        State = entry.Summary?.State,
        Written = entry.Written,
        Classes = entry.Summary?.Classes ?? [],
        Selection = entry.Summary?.Selection,
        IsSuspect = BackupStanding.IsSuspect(entry),
        IsDamaged = entry.Findings is { IsDamaged: true },
        OwesProof = entry.Findings is { OwedProofs: > 0 },
        Collections = entry.Summary is { } summary && summary.Collections.Count == summary.CollectionCount ? summary.Collections : null,
    };

    // A directory's clock that is behind must not date the newest backup into the future: manifests carry the time at which they were written.
    private async Task<DateTimeOffset> NowAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken) =>
        entries.Select(e => e.Written).Append(await store.Blobs.NowAsync(cancellationToken)).Max();

    private async Task<IReadOnlyList<EndedBackup>> ListEndedAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<BackupId> retired = [.. entries.Where(e => e.Retired).Select(e => e.Id)];
        var ended = new List<EndedBackup>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.Retirements, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Retirements, out BackupId id) && retired.Contains(id))
            {
                ended.Add(new EndedBackup(id, entry.Modified, entry.Modified + options.Grace));
            }
        }

        return ended;
    }

    /// <summary>What an approval names: the backups as they are, and what becomes of each.</summary>
    private static string HashOf(string cluster, IReadOnlyList<RetentionVerdict> verdicts, Dictionary<BackupId, CatalogEntry> entries)
    {
        var text = new StringBuilder(cluster).Append('\n');
        foreach (RetentionVerdict verdict in verdicts)
        {
            text.Append(verdict.Id).Append(' ').Append(entries[verdict.Id].Summary?.ManifestHash ?? "damaged").Append(verdict.Keep ? " keep" : " end").Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
