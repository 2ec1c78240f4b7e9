using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Retention;

/// <summary>Whether this app may delete from the store: one whose role is backup neither deletes nor tags, and its identity need not be allowed to.</summary>
internal static class RetentionRole
{
    /// <summary>Refuses what is the maintenance app's to do.</summary>
    public static void ThrowUnlessAllowed(BackupOptions options)
    {
        if (options.Role == AppRole.Backup)
        {
            throw new RefusedException("this app's role is backup: it deletes nothing from the store", "Ask the app whose role is maintenance, or set Role to all.");
        }
    }
}
