namespace QdrantBackup.Schedules;

/// <summary>What a scheduled backup counts as when retention decides what to keep.</summary>
public enum RetentionClass
{
    /// <summary>One of the daily backups.</summary>
    Daily,

    /// <summary>One of the weekly backups.</summary>
    Weekly,

    /// <summary>One of the monthly backups.</summary>
    Monthly,
}
