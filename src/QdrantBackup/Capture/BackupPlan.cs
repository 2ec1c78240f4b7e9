using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>What a backup will do; a sealed document of its run, so that histories carry only its name.</summary>
public sealed record BackupPlan
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run, and the backup that it makes.</summary>
    public required RunId RunId { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset Requested { get; init; }

    /// <summary>The cluster as it was found.</summary>
    public required ManifestCluster Cluster { get; init; }

    /// <summary>What was asked for.</summary>
    public required BackupRequest Request { get; init; }

    /// <summary>Each selected collection; one that cannot be captured has the reason.</summary>
    public required IReadOnlyList<ManifestCollection> Collections { get; init; }

    /// <summary>Each part to capture, node by node, smallest first.</summary>
    public required IReadOnlyList<PlannedPart> Parts { get; init; }

    /// <summary>The nodes in the order of their parts, and how many parts each has.</summary>
    public IReadOnlyList<LaneSize> Lanes { get; init; } = [];

    /// <summary>Where collections and parts are, if not in this document; null where they are.</summary>
    public PlanPages? Pages { get; init; }

    /// <summary>The part of a number.</summary>
    public PlannedPart Part(int partNo) => Parts.FirstOrDefault(p => p.PartNo == partNo)
        ?? throw new UsageException($"run {RunId} has no part {partNo}", "This is a fault of the app: report it.");
}

/// <summary>How many parts a node has.</summary>
/// <param name="Node">The node's address.</param>
/// <param name="Parts">How many.</param>
public sealed record LaneSize(string Node, int Parts);

/// <summary>The pages of a plan: <c>plan-UNDER-NUMBER</c> beside it.</summary>
/// <param name="Under">What distinguishes them from those of another attempt at planning.</param>
/// <param name="Count">How many there are.</param>
public sealed record PlanPages(string Under, int Count);

/// <summary>One part to capture.</summary>
public sealed record PlannedPart
{
    /// <summary>Its number, from 1.</summary>
    public required int PartNo { get; init; }

    /// <summary>What it is.</summary>
    public required PartKey Key { get; init; }

    /// <summary>How it is captured; always "collection" in this version.</summary>
    public required string Way { get; init; }

    /// <summary>Expected size: that of the last backup, or 0.</summary>
    public long ExpectedBytes { get; init; }

    /// <summary>The backup whose chunks this part may reuse, or null; it was pinned before it was read.</summary>
    public BackupId? Base { get; init; }

    /// <summary>The same part in that backup, with its chunk lists.</summary>
    public ManifestPart? BasePart { get; init; }
}

/// <summary>The extract of a plan that an orchestrator needs: small, without data.</summary>
public sealed record BackupPlanOverview
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The plan's blob name; empty for a preview, which stores nothing.</summary>
    public required string PlanName { get; init; }

    /// <summary>One lane per node.</summary>
    public required IReadOnlyList<PlannedLane> Lanes { get; init; }

    /// <summary>Selected collections that cannot be captured, and why.</summary>
    public IReadOnlyList<RunItem> Uncapturable { get; init; } = [];

    /// <summary>How many parts there are.</summary>
    public int PartCount { get; init; }

    /// <summary>Sum of the expected sizes.</summary>
    public long ExpectedBytes { get; init; }
}

/// <summary>The parts that are captured from one node, in as many at a time as the node allows; smallest first.</summary>
/// <param name="Node">The node's address.</param>
/// <param name="Parts">Its parts.</param>
public sealed record PlannedLane(string Node, IReadOnlyList<LanePart> Parts);

/// <summary>One part of a lane.</summary>
/// <param name="PartNo">Its number in the plan.</param>
/// <param name="Key">What it is.</param>
/// <param name="ExpectedBytes">Expected size.</param>
public sealed record LanePart(int PartNo, PartKey Key, long ExpectedBytes);
