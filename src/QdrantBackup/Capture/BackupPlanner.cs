using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Reads the topology from every configured node and decides the parts of a backup.</summary>
public sealed partial class BackupPlanner(
    ClusterNodes nodes, BackupPlans plans, BackupBases bases, RunPins pins, CaptureOptions options, ILogger<BackupPlanner> logger)
{
    // The snapshot's file name adds about 60 bytes, and a file name has at most 255.
    private const int MaxCollectionNameBytes = 195;
    private const string CollectionWay = "collection";

    /// <summary>Plans, pins the bases (before reading them again, docs/format.md §7), stores the plan. Repeating it returns the plan stored first.</summary>
    public async Task<BackupPlanOverview> PlanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (await plans.FindAsync(request.RunId, cancellationToken) is { } stored)
        {
            return Overview(stored, BlobNames.Plan(request.RunId).Value);
        }

        // Nothing is lost yet: for a person the error comes at once, a scheduled run waits for the node.
        using IDisposable patience = Patience.Use(request.Backup?.Schedule is null ? Patience.OfPerson : Patience.Current);
        BackupPlan plan = await DraftAsync(request, cancellationToken);
        plan = await bases.ChooseAsync(plan, chosen => pins.WriteAsync(request.RunId, RunKind.Backup, chosen, cancellationToken), cancellationToken);
        plan = await plans.StoreAsync(InOrder(plan), cancellationToken);
        LogPlanned(plan.RunId.Value, plan.Parts.Count, plan.Collections.Count);
        return Overview(plan, BlobNames.Plan(request.RunId).Value);
    }

    /// <summary>Plans without pinning or storing anything.</summary>
    public async Task<BackupPlanOverview> PreviewAsync(RunRequest request, CancellationToken cancellationToken)
    {
        BackupPlan plan = await DraftAsync(request, cancellationToken);
        return Overview(InOrder(await bases.ChooseAsync(plan, pin: null, cancellationToken)), planName: "");
    }

    private async Task<BackupPlan> DraftAsync(RunRequest request, CancellationToken cancellationToken)
    {
        BackupRequest wanted = request.Backup ?? throw new RefusedException($"run {request.RunId} is no backup", "Start a new run.");
        IReadOnlyList<ManifestNode> topology = await ReadNodesAsync(cancellationToken);
        IQdrantNode node = nodes.All[0];
        KnownAliases aliases = await ReadAliasesAsync(node, cancellationToken);
        var collections = new List<ManifestCollection>();
        var parts = new List<PlannedPart>();
        IReadOnlyList<string> existing = await node.ListCollectionsAsync(cancellationToken);
        string[] selected = [.. Select(wanted, existing, aliases.All)];
        EmptyBackups.ThrowUnlessAllowed(wanted, selected.Length, serverIsEmpty: existing.Count == 0);
        foreach (string name in selected)
        {
            ManifestCollection collection = await DescribeAsync(node, name, aliases, cancellationToken);
            collections.Add(collection);
            if (collection.Missing is null)
            {
                parts.Add(new PlannedPart { PartNo = parts.Count + 1, Key = new PartKey(name, ClusterNodes.NameOf(node)), Way = CollectionWay });
            }
        }

        if (parts.Count > ManifestChecks.MaxParts)
        {
            throw new UsageException($"{parts.Count} collections are too many for one backup: it has at most {ManifestChecks.MaxParts} parts", "Name the collections, or leave some out, and make several backups.");
        }

        return new BackupPlan
        {
            RunId = request.RunId,
            Requested = request.RequestedAt,
            Cluster = new ManifestCluster(options.Cluster, topology),
            Request = wanted,
            Collections = collections,
            Parts = parts,
        };
    }

    private async Task<IReadOnlyList<ManifestNode>> ReadNodesAsync(CancellationToken cancellationToken)
    {
        var found = new List<ManifestNode>();
        foreach (IQdrantNode node in nodes.All)
        {
            string version = await node.GetVersionAsync(cancellationToken);
            ClusterState cluster = await node.GetClusterAsync(cancellationToken);
            found.Add(new ManifestNode(ClusterNodes.NameOf(node), version, PeerText(cluster.PeerId)));
            if (!cluster.IsAlone || nodes.All.Count > 1)
            {
                // Half a cluster would look like a whole backup: a node snapshots only what it holds.
                throw new RefusedException(
                    nodes.All.Count > 1
                        ? $"{nodes.All.Count} Qdrant nodes are configured; this version backs up one standalone server"
                        : $"{ClusterNodes.NameOf(node)} is part of a Qdrant cluster of {Math.Max(1, cluster.Peers.Count)} peers; this version backs up single servers only",
                    "Nothing was captured. Use one app per standalone server until clusters are supported.");
            }
        }

        return found;
    }

    private static IEnumerable<string> Select(BackupRequest wanted, IReadOnlyList<string> existing, IReadOnlyList<CollectionAlias> aliases)
    {
        foreach (string name in wanted.Collections.Where(c => !NamePattern.IsPattern(c) && !existing.Contains(c)))
        {
            throw aliases.FirstOrDefault(a => a.Alias == name) is { } alias
                ? new UsageException($"'{name}' is an alias of collection '{alias.Collection}'", $"Name the collection: '{alias.Collection}'. Its aliases are backed up with it.")
                : new UsageException($"there is no collection '{name}'", "Check the name; names are case-sensitive.");
        }

        return existing.Where(c =>
            (wanted.Collections.Count == 0 || NamePattern.MatchesAny(wanted.Collections, c)) && !NamePattern.MatchesAny(wanted.Exclude, c));
    }

    /// <summary>Aliases are restored with a collection, but a node that does not list them must not cost the data.</summary>
    private async Task<KnownAliases> ReadAliasesAsync(IQdrantNode node, CancellationToken cancellationToken)
    {
        try
        {
            return new KnownAliases(await node.ListAliasesAsync(cancellationToken), Problem: null);
        }
        catch (SourceException e)
        {
            LogNoAliases(e.Message);
            return new KnownAliases([], e.Message);
        }
    }

    /// <summary>The node's description of one collection. A collection that the node cannot describe is not covered and gets a reason; the others continue.</summary>
    private async Task<ManifestCollection> DescribeAsync(IQdrantNode node, string name, KnownAliases aliases, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAtAsync(node, name, aliases, cancellationToken);
        }
        catch (UsageException) when (name.Length == 0)
        {
            return Uncovered(name, "the server lists a collection without a readable name");
        }
        catch (UsageException e)
        {
            return Uncovered(name, e.Message);
        }
        catch (SourceException e)
        {
            // Throws when the node itself is away: then the collection is not the problem.
            await node.GetVersionAsync(cancellationToken);
            return Uncovered(name, e.Message);
        }
    }

    private ManifestCollection Uncovered(string name, string why)
    {
        LogUndescribed(name, why);
        return new ManifestCollection { Name = name, Covered = false, Missing = why };
    }

    private static async Task<ManifestCollection> LookAtAsync(IQdrantNode node, string name, KnownAliases aliases, CancellationToken cancellationToken)
    {
        CollectionInfo? info = await node.DescribeCollectionAsync(name, cancellationToken);
        CollectionPlacement? placement = info is null ? null : await node.GetPlacementAsync(name, cancellationToken);
        if (info is null || placement is null)
        {
            return new ManifestCollection { Name = name, Covered = false, Missing = "it was deleted while the backup was planned" };
        }

        string? missing = WhyUncapturable(name, info, placement);
        PointCount? count = missing is null ? await PointCounts.TakeAsync(node, name, info, cancellationToken) : null;
        return new ManifestCollection
        {
            Name = name,
            Covered = false,
            Missing = missing,
            Status = info.Status,
            ShardNumber = info.ShardNumber,
            PointCount = count?.Points,
            CountProblem = count?.Problem,
            Aliases = [.. aliases.All.Where(a => a.Collection == name).Select(a => a.Alias).Order(StringComparer.Ordinal)],
            AliasProblem = aliases.Problem,
            Description = info.Result,
            Replicas = [.. placement.Shards.Select(s => new ManifestReplica(s.ShardId, PeerText(s.PeerId), s.State, s.ShardKey))],
        };
    }

    private static string? WhyUncapturable(string name, CollectionInfo info, CollectionPlacement placement)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxCollectionNameBytes)
        {
            return $"its name is longer than {MaxCollectionNameBytes} bytes: Qdrant cannot make a snapshot of it";
        }

        if (string.Equals(info.Status, "red", StringComparison.OrdinalIgnoreCase))
        {
            return "its status is red: Qdrant cannot optimize it; see the server's log";
        }

        // Such a snapshot restores to nothing: Qdrant answers with success, and has no points.
        if (placement.Shards.Any(s => s.ShardKey is { ValueKind: not System.Text.Json.JsonValueKind.Null }))
        {
            return "it has shard keys: this version cannot restore it";
        }

        ShardReplica? broken = placement.Shards.FirstOrDefault(s => !string.Equals(s.State, "Active", StringComparison.Ordinal));
        return broken is null ? null : $"its shard {broken.ShardId} is {broken.State}, not Active";
    }

    // Parts are numbered as they are captured, so that what a lane captures next lies together.
    private static BackupPlan InOrder(BackupPlan plan) => plan with
    {
        Parts = [.. plan.Parts
            .GroupBy(p => p.Key.Node)
            .SelectMany(lane => lane.OrderBy(p => p.ExpectedBytes).ThenBy(p => p.PartNo))
            .Select((part, i) => part with { PartNo = i + 1 })],
    };

    private static BackupPlanOverview Overview(BackupPlan plan, string planName) => new()
    {
        RunId = plan.RunId,
        PlanName = planName,
        PartCount = plan.Parts.Count,
        ExpectedBytes = plan.Parts.Sum(p => p.ExpectedBytes),
        Lanes = [.. plan.Parts
            .GroupBy(p => p.Key.Node)
            .Select(lane => new PlannedLane(lane.Key, [.. lane.Select(p => new LanePart(p.PartNo, p.Key, p.ExpectedBytes))]))],
        Uncapturable = [.. plan.Collections
            .Where(c => c.Missing is not null)
            .Select(c => new RunItem(c.Name, RunState.Failed, Error: c.Missing, Hint: "The backup will be partial. Exclude the collection, or put right what is wrong with it."))],
    };

    private static string PeerText(ulong peerId) => peerId.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 3301, Level = LogLevel.Information, Message = "Run {RunId} is planned: {Parts} parts of {Collections} collections")]
    private partial void LogPlanned(string runId, int parts, int collections);

    [LoggerMessage(EventId = 3304, Level = LogLevel.Warning, Message = "Collection '{Collection}' cannot be captured: {Reason}")]
    private partial void LogUndescribed(string collection, string reason);

    [LoggerMessage(EventId = 3303, Level = LogLevel.Warning, Message = "The aliases are not in this backup: {Reason}")]
    private partial void LogNoAliases(string reason);

    /// <summary>The aliases of a node, or why they are not known.</summary>
    private sealed record KnownAliases(IReadOnlyList<CollectionAlias> All, string? Problem);
}
