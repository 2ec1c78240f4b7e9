using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>Judges the backups of one cluster and plans which to end. A store may hold several clusters; the others are not touched.</summary>
public sealed class RetentionPlanner(RetentionRecords records, RetentionPolicy policy, PruneOptions options)
{
    private const string NothingRead = "maintenance has not read a whole backup back yet: run 'qdrant-backup verify' there, or wait for Retention:ReadBack";

    private readonly HeldCollections _collections = new(records.Catalog);

    /// <summary>The verdicts of the policy about a cluster's backups. Changes nothing.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="now">The moment by the store's clock; null: the store is asked, or the last manifest's time if that is later.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RetentionPreview> PreviewAsync(string cluster, DateTimeOffset? now, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> entries = await records.Catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        IReadOnlyDictionary<BackupId, Hold> held = await records.Known.ListAsync(cancellationToken);
        DateTimeOffset moment = now ?? await NowAsync(entries, cancellationToken);
        Dictionary<BackupId, CatalogEntry> open = entries.Where(e => !e.Retired).ToDictionary(e => e.Id);
        MemoryRecord memory = await records.Memory.ReadAsync(cancellationToken);
        RetentionCandidate[] candidates = [.. entries.Where(e => !e.Retired).Select(e => CandidateOf(e) with { OnHold = held.ContainsKey(e.Id), ReadBack = IsReadBack(memory, e) })];
        IReadOnlyList<RetentionVerdict> verdicts = Verdicts(moment, await _collections.FillAsync(candidates, moment, cancellationToken));
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
    /// <exception cref="RefusedException">The run was asked for another plan, or the plan is unusual and the request does not allow that.</exception>
    public async Task<RetentionPlan> PlanAsync(RunRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await records.Plans.FindAsync(request.RunId, cancellationToken) is { } stored)
        {
            return stored;
        }

        RetentionRequest wanted = RetentionRequest.Of(records.Store, request);
        RetentionPreview preview = await PreviewAsync(request.Cluster, now, cancellationToken);
        if (wanted.PlanHash is not null && wanted.PlanHash != preview.Hash)
        {
            throw new RefusedException("the backups have changed since the plan was made, and nothing was ended", "Look at the new plan ('qdrant-backup cleanup --dry-run') and apply that.");
        }

        if (preview.Unusual is { } unusual && !wanted.AllowUnusual)
        {
            throw new RefusedException(
                $"nothing was ended: {unusual}", "Look at the plan ('qdrant-backup cleanup --dry-run'). If it is as it should be, allow it with 'qdrant-backup cleanup --yes-delete-unusual'.");
        }

        await records.Known.RememberAsync(request.Cluster, preview.Backups.Where(b => b.Hold is not null).Select(b => b.Verdict.Id), cancellationToken);
        return await records.Plans.StoreAsync(
            new RetentionPlan { RunId = request.RunId, Cluster = request.Cluster, Now = now, Hash = preview.Hash, End = preview.End }, cancellationToken);
    }

    /// <summary>What ending one backup of a cluster would do. One on hold, the newest complete one, and one of another cluster are refused.</summary>
    public async Task<DeletionPlan> PreviewDeletionAsync(string cluster, BackupId id, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> entries = await records.Catalog.ListWithFindingsAsync(new CatalogFilter { Cluster = cluster }, cancellationToken);
        if (entries.FirstOrDefault(e => e.Id == id) is not { } entry)
        {
            throw await records.Store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is null
                ? new UsageException($"there is no backup {id}", "List the backups that exist with 'qdrant-backup list'.")
                : new RefusedException($"{id} is not a backup of cluster '{cluster}'", "Use the app of its own cluster.");
        }

        if ((await records.Known.ListAsync(cancellationToken)).GetValueOrDefault(id) is { } hold)
        {
            throw new RefusedException($"backup {id} is on hold: {hold.Reason} ({hold.By})", "Release it first, with 'qdrant-backup release'.");
        }

        DateTimeOffset now = await NowAsync(entries, cancellationToken);
        bool isLast = RetentionRules.Newest(entries.Where(e => !e.Retired).Select(CandidateOf), now).Contains(id);
        List<string> remarks = [$"its data stays at least {options.Grace.TotalHours:0.#} hours (undo: 'qdrant-backup undelete {id}')"];
        if (isLast)
        {
            remarks.Insert(0, $"it is the newest whole backup of cluster '{cluster}', or the newest that is sound: confirm that the last one is deleted: 'qdrant-backup delete {id} --last'");
        }

        if (entry.Damage is { } damage)
        {
            remarks.Insert(0, $"its manifest is damaged, so its contents and its cluster are unknown: {damage}");
        }

        if (entry.Retired)
        {
            remarks.Insert(0, "it was ended already");
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"delete\n{id}\n{entry.Summary?.ManifestHash}\n{entry.Retired}\n{isLast}"));
        return new DeletionPlan(id, Convert.ToHexStringLower(hash), entry.Summary?.Totals.Bytes ?? 0, remarks) { IsLast = isLast, Now = now };
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

    private static bool IsReadBack(MemoryRecord memory, CatalogEntry entry) =>
        entry.Summary is { } summary && memory.ReadBack.Any(b => b.Id == entry.Id && b.ManifestHash == summary.ManifestHash);

    /// <summary>The verdicts of the rules. Maintenance that is an app of its own relies only on backups that it has read: until it has read a whole one, all of them stay.</summary>
    private IReadOnlyList<RetentionVerdict> Verdicts(DateTimeOffset now, IReadOnlyList<RetentionCandidate> candidates)
    {
        IReadOnlyList<RetentionVerdict> verdicts = RetentionRules.Judge(policy, now, candidates);
        return !records.Store.Authority.HasOwnKey || candidates.Any(c => c is { ReadBack: true, Selection: null, State: BackupState.Complete })
            ? verdicts
            : [.. verdicts.Select(v => v.Keep ? v : v with { Keep = true, Reasons = [NothingRead] })];
    }

    // A directory's slow clock must not date the newest backup into the future: manifests carry the time at which they were written.
    private async Task<DateTimeOffset> NowAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken) =>
        entries.Select(e => e.Written).Append(await records.Store.Blobs.NowAsync(cancellationToken)).Max();

    private async Task<IReadOnlyList<EndedBackup>> ListEndedAsync(IReadOnlyList<CatalogEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<BackupId> retired = [.. entries.Where(e => e.Retired).Select(e => e.Id)];
        EndedBackups all = await records.Store.Ends.ListAsync(retired.Contains, cancellationToken);
        return [.. all.All.Select(e => new EndedBackup(e.Key, e.Value.Since, e.Value.Since + options.Grace)).OrderByDescending(e => e.Id.Value, StringComparer.Ordinal)];
    }

    /// <summary>What an approval names: the backups in their present state, and the decision about each.</summary>
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
