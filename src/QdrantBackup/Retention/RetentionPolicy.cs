namespace QdrantBackup.Retention;

/// <summary>How much is kept. A backup is kept if any rule keeps it; a policy with a higher number never keeps less (docs/retention.md).</summary>
public sealed record RetentionPolicy
{
    /// <summary>So many of the newest complete backups are kept. The newest one is always kept.</summary>
    public int KeepLast { get; init; }

    /// <summary>For so many of the last days that have a complete backup, one of each is kept.</summary>
    public int Daily { get; init; } = 7;

    /// <summary>For so many of the last ISO weeks that have a complete backup, one of each is kept.</summary>
    public int Weekly { get; init; } = 4;

    /// <summary>For so many of the last months that have a complete backup, one of each is kept.</summary>
    public int Monthly { get; init; } = 12;

    /// <summary>Every backup younger than this is kept, partial ones too.</summary>
    public TimeSpan KeepWithin { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The clock on whose days, weeks and months these are.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;
}
