using System.Text.Json.Serialization;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>What a retention run ends; a sealed document of its run.</summary>
public sealed record RetentionPlan
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The cluster whose backups it judged.</summary>
    public required string Cluster { get; init; }

    /// <summary>The moment for which it judged, by the store's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The hash of the preview, 64 hex digits.</summary>
    public required string Hash { get; init; }

    /// <summary>What it ends, and why.</summary>
    public required IReadOnlyList<RetentionVerdict> End { get; init; }
}

/// <summary>The plans of retention runs.</summary>
public sealed class RetentionPlans(SealedStore store)
    : RunPlans<RetentionPlan>(store, RetentionJson.Default.RetentionPlan, plan => plan.RunId, "nothing is ended without a plan");

/// <summary>The verdicts of the policy now.</summary>
public sealed record RetentionPreview
{
    /// <summary>The cluster whose backups these are.</summary>
    public required string Cluster { get; init; }

    /// <summary>The moment for which they are judged.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>64 hex digits over the backups to end and the backups that the decision is based on.</summary>
    public required string Hash { get; init; }

    /// <summary>Each backup that has not ended, newest first.</summary>
    public required IReadOnlyList<JudgedBackup> Backups { get; init; }

    /// <summary>Each backup that was ended and still has its manifest.</summary>
    public required IReadOnlyList<EndedBackup> Ended { get; init; }

    /// <summary>Why it needs an explicit confirmation, or null.</summary>
    public string? Unusual { get; init; }

    /// <summary>What would be ended.</summary>
    internal IReadOnlyList<RetentionVerdict> End => [.. Backups.Where(b => !b.Verdict.Keep).Select(b => b.Verdict)];
}

/// <summary>One backup and the decision about it.</summary>
/// <param name="Verdict">Keep or end, and why.</param>
/// <param name="Summary">The summary of its manifest; null when it is damaged.</param>
/// <param name="Hold">The hold on it, or null.</param>
public sealed record JudgedBackup(RetentionVerdict Verdict, BackupSummary? Summary, Hold? Hold);

/// <summary>A backup that was ended.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Since">When it was ended, by the store's clock.</param>
/// <param name="Until">How long its manifest and chunks stay at least.</param>
public sealed record EndedBackup(BackupId Id, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>What ending one backup would do.</summary>
/// <param name="Id">The backup.</param>
/// <param name="Hash">64 hex digits over the backup in its present state; a confirmation names it.</param>
/// <param name="Bytes">Bytes that it holds; how many of them it shares with others shows only when nothing needs them.</param>
/// <param name="Remarks">Warnings for the person who decides.</param>
public sealed record DeletionPlan(BackupId Id, string Hash, long Bytes, IReadOnlyList<string> Remarks)
{
    /// <summary>Whether it is the newest whole backup of its cluster: ending it takes a second confirmation.</summary>
    public bool IsLast { get; init; }

    /// <summary>The moment of this preview, by the store's clock.</summary>
    [JsonIgnore]
    public DateTimeOffset Now { get; init; }
}
