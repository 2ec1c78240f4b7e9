namespace QdrantBackup.Retention;

/// <summary>What a retention run is asked to do.</summary>
public sealed record RetentionRequest
{
    /// <summary>The hash of the plan that somebody saw, 64 hex digits: another plan is refused. Null: whatever the policy says now.</summary>
    public string? PlanHash { get; init; }

    /// <summary>Whether to go on although an unusual share would go, or a manifest vanished.</summary>
    public bool AllowUnusual { get; init; }

    /// <summary>Whether to delete what no backup needs, after ending what the policy ends.</summary>
    public bool Prune { get; init; } = true;

    /// <summary>Whether everything in the trash of a directory store is removed for good now, instead of when it is old enough.</summary>
    public bool EmptyTrash { get; init; }
}
