namespace QdrantBackup.Runs;

/// <summary>What this app does.</summary>
public enum AppRole
{
    /// <summary>Everything: one process on one server.</summary>
    All,

    /// <summary>Backups and restores.</summary>
    Backup,

    /// <summary>Retention and pruning.</summary>
    Maintenance,
}
