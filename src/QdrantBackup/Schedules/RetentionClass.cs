namespace QdrantBackup.Schedules;

/// <summary>The class of a scheduled backup, by which retention decides.</summary>
public enum RetentionClass
{
    /// <summary>One of the daily backups.</summary>
    Daily,

    /// <summary>One of the weekly backups.</summary>
    Weekly,

    /// <summary>One of the monthly backups.</summary>
    Monthly,
}
