using QdrantBackup.Ids;
using QdrantBackup.Schedules;

namespace QdrantBackup.Retention;

/// <summary>The ids of retention runs that no person started: the same for the same occasion on every machine, and different from every backup's.</summary>
public static class RetentionRunId
{
    // No schedule has such a name.
    private const string Due = "~retention";
    private const string AfterBackup = "~retention-after";
    private const string ReadBack = "~read-back";

    /// <summary>The run of a due time.</summary>
    public static RunId OfDue(string cluster, DateTimeOffset due) => new(RunIdentity.BackupId(cluster, Due, due, due));

    /// <summary>The verification by which maintenance reads a backup back, of a due time.</summary>
    public static RunId OfReadBack(string cluster, DateTimeOffset due) => new(RunIdentity.BackupId(cluster, ReadBack, due, due));

    /// <summary>The run after a backup.</summary>
    public static RunId After(RunId backup, DateTimeOffset finished) => new(RunIdentity.BackupId(backup.Value, AfterBackup, finished, finished));
}
