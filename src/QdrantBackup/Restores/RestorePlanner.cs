using System.Security.Cryptography;
using System.Text.Json;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Restores;

/// <summary>Chooses the backup, reads the target and refuses what would break a promise.</summary>
public sealed class RestorePlanner(
    RestorePlans plans, StoreAccess from, ClusterNodes nodes, StoreHistory history, RunPins pins, CaptureOptions options)
{
    /// <summary>Plans, pins the backup, stores the plan. Repeating it returns the plan stored first.</summary>
    public async Task<RestorePlanOverview> PlanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        RestorePlan? plan = await plans.FindAsync(request.RunId, cancellationToken);
        if (plan is null)
        {
            (BackupId id, IReadOnlyList<string> remarks) = await ChooseAsync(RequestOf(request), cancellationToken);

            // Pinned before it is read, so that nothing it needs goes while it is restored (W3).
            await pins.WriteAsync(request.RunId, RunKind.Restore, [id], cancellationToken);
            plan = await plans.StoreAsync(await DraftAsync(request, id, remarks, cancellationToken), cancellationToken);
        }

        return Overview(plan, BlobNames.Plan(plan.RunId).Value);
    }

    /// <summary>Plans without pinning or storing anything.</summary>
    public async Task<RestorePlanOverview> PreviewAsync(RunRequest request, CancellationToken cancellationToken)
    {
        (BackupId id, IReadOnlyList<string> remarks) = await ChooseAsync(RequestOf(request), cancellationToken);
        return Overview(await DraftAsync(request, id, remarks, cancellationToken), planName: "");
    }

    /// <summary>Warnings of a planned restore; nothing where there is no plan yet.</summary>
    public async Task<IReadOnlyList<string>> FindWarningsAsync(RunId runId, CancellationToken cancellationToken) =>
        (await plans.FindAsync(runId, cancellationToken))?.Warnings ?? [];

    private static RestoreRequest RequestOf(RunRequest request) =>
        request.Restore ?? throw new RefusedException($"run {request.RunId} is no restore", "Start a new run.");

    private async Task<(BackupId Id, IReadOnlyList<string> Remarks)> ChooseAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        int ways = (request.BackupId is null ? 0 : 1) + (request.Latest ? 1 : 0) + (request.Date is null ? 0 : 1) + (request.AtOrBefore is null ? 0 : 1);
        if (ways > 1)
        {
            throw new UsageException("a backup is chosen in more than one way", "Give one of: its id, latest, a date, a time at or before.");
        }

        if (request.BackupId is { } id)
        {
            return (id, []);
        }

        ChosenBackup chosen = await from.Catalog.ChooseAsync(
            new BackupWanted
            {
                Cluster = request.FromCluster ?? options.Cluster,
                Collections = request.Collections,
                Day = request.Date,
                AtOrBefore = request.AtOrBefore,
            },
            cancellationToken);
        return (chosen.Id, chosen.Remarks);
    }

    private async Task<RestorePlan> DraftAsync(RunRequest request, BackupId id, IReadOnlyList<string> remarks, CancellationToken cancellationToken)
    {
        RestoreRequest wanted = RequestOf(request);
        (Manifest manifest, string hash) = await from.Catalog.OpenWithHashAsync(id, from.Other?.NewReads(), cancellationToken);
        RestoreGates.CheckBackup(manifest, wanted, options.Cluster);
        if (await from.Catalog.IsRetiredAsync(id, cancellationToken))
        {
            throw new RefusedException($"backup {id} was ended by retention or a person and loses its chunks when the grace period is over", $"Choose another backup, or take the end back first ('qdrant-backup undelete {id}').");
        }

        TargetState target = await ReadTargetAsync(cancellationToken);
        RestoreGates.CheckTarget(manifest, target);
        List<string> warnings = [.. remarks, .. await from.Catalog.FindDoubtsAsync(manifest, hash, cancellationToken), .. await GapsAsync(wanted, cancellationToken)];
        var items = new List<RestoreItem>();
        foreach (ManifestCollection collection in RestoreSelection.Collections(manifest, wanted, warnings))
        {
            items.Add(RestoreSelection.Item(items.Count + 1, manifest, collection, wanted, target, warnings));
        }

        RestoreGates.CheckItems(items, wanted, target);
        return new RestorePlan
        {
            RunId = request.RunId,
            BackupId = id,
            ManifestHash = hash,
            SourceCluster = manifest.Cluster.Name,
            Items = items,
            Warnings = warnings,
        };
    }

    /// <summary>A request that names a backup gets exactly that one. A request for the newest is warned when the store may have lost it.</summary>
    private async Task<IEnumerable<string>> GapsAsync(RestoreRequest wanted, CancellationToken cancellationToken)
    {
        if (wanted.BackupId is not null)
        {
            return [];
        }

        SeenBackup? seen = wanted.FromCluster is null || wanted.FromCluster == options.Cluster ? wanted.Newest : null;
        IReadOnlyList<HistoryGap> gaps = await history.FindGapsAsync(wanted.FromCluster ?? options.Cluster, seen, cancellationToken);
        return gaps.Count == 0 ? [] : [.. gaps.Select(g => g.Problem), HistoryGap.Hint];
    }

    private async Task<TargetState> ReadTargetAsync(CancellationToken cancellationToken)
    {
        IQdrantNode node = nodes.All[0];
        ClusterState cluster = await node.GetClusterAsync(cancellationToken);
        return new TargetState(
            ClusterNodes.NameOf(node),
            await node.GetVersionAsync(cancellationToken),
            !cluster.IsAlone || nodes.All.Count > 1,
            await node.ListCollectionsAsync(cancellationToken),
            await node.ListAliasesAsync(cancellationToken));
    }

    /// <summary>What an approval names: the backup and every item, so that it covers source and target.</summary>
    private static RestorePlanOverview Overview(RestorePlan plan, string planName)
    {
        var anonymous = plan with { RunId = new RunId("20000101T000000Z-000000") };
        string hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(anonymous, RestoresJson.Default.RestorePlan)));
        return new RestorePlanOverview(plan.RunId, planName, hash, plan.BackupId, plan.Items, plan.Warnings);
    }
}

/// <summary>The target as a plan finds it.</summary>
/// <param name="Node">The node that is uploaded to.</param>
/// <param name="Version">Qdrant's version on it.</param>
/// <param name="IsCluster">Whether it is more than one standalone server.</param>
/// <param name="Collections">Collections that exist.</param>
/// <param name="Aliases">Aliases that exist.</param>
internal sealed record TargetState(
    string Node, string Version, bool IsCluster, IReadOnlyList<string> Collections, IReadOnlyList<CollectionAlias> Aliases);
