using System.Text.Json.Serialization;
using QdrantBackup.Damages;

namespace QdrantBackup.App.Api;

/// <summary>POST /api/v1/backup/create.</summary>
internal sealed record CreateBackupBody
{
    public IReadOnlyList<string>? Collections { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>True: a backup without any collection is wanted all the same.</summary>
    public bool AllowEmpty { get; init; }

    public bool DryRun { get; init; }
}

/// <summary>POST /api/v1/restore.</summary>
internal sealed record CreateRestoreBody
{
    public string? BackupId { get; init; }

    public bool Latest { get; init; }

    public DateOnly? Date { get; init; }

    public DateTimeOffset? AtOrBefore { get; init; }

    public string? FromCluster { get; init; }

    public IReadOnlyList<string>? Collections { get; init; }

    public IReadOnlyDictionary<string, string>? Rename { get; init; }

    public string? Suffix { get; init; }

    public bool Overwrite { get; init; }

    public bool AllowPartial { get; init; }

    public bool? AliasSwitch { get; init; }

    public bool DryRun { get; init; }

    /// <summary>True: the plan waits until somebody approves it.</summary>
    [JsonPropertyName("approve")]
    public bool NeedsApproval { get; init; }
}

/// <summary>POST /api/v1/backups/{id}/verify.</summary>
internal sealed record VerifyBody
{
    public VerifyLevel? Level { get; init; }

    /// <summary>Only this share, e.g. 3/30.</summary>
    public string? Subset { get; init; }

    /// <summary>True: the second store is verified, or mended, instead of the first.</summary>
    public bool Second { get; init; }
}

/// <summary>POST /api/v1/backups/{id}/copy.</summary>
internal sealed record CopyBody
{
    /// <summary>True: from the second store into the first.</summary>
    public bool Back { get; init; }

    /// <summary>True: the second store is made anew, should its place be empty.</summary>
    public bool Make { get; init; }

    /// <summary>True: every part is read back before it counts.</summary>
    public bool Full { get; init; }
}

/// <summary>POST /api/v1/restore/{id}/approve.</summary>
internal sealed record ApproveBody
{
    public string? PlanHash { get; init; }
}

/// <summary>POST /api/v1/retention/apply.</summary>
internal sealed record ApplyRetentionBody
{
    public string? PlanHash { get; init; }

    public bool AllowUnusual { get; init; }

    public bool ConfirmClock { get; init; }

    public bool Prune { get; init; } = true;

    /// <summary>True: what a directory store keeps in its trash is removed for good now.</summary>
    public bool EmptyTrash { get; init; }
}

/// <summary>POST /api/v1/backups/{id}/hold.</summary>
internal sealed record HoldBody
{
    public string? Reason { get; init; }
}

/// <summary>The answer to whatever starts a run.</summary>
internal sealed record Accepted(string Id, string StatusUrl);
