using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>An empty backup: an unmounted volume or a copied configuration looks like it, so it is made only on request.</summary>
internal static class EmptyBackups
{
    /// <summary>Refuses a backup without any collection unless the request allows it.</summary>
    /// <exception cref="SourceException">There is nothing to back up.</exception>
    public static void ThrowUnlessAllowed(BackupRequest wanted, int collections, bool serverIsEmpty)
    {
        if (collections == 0 && !wanted.AllowEmpty)
        {
            throw new SourceException(
                serverIsEmpty ? "Qdrant has no collections, so there is nothing to back up" : "no collection of Qdrant fits what was asked for, so there is nothing to back up",
                "Check that this is the right server and that its volume is mounted. If an empty backup is meant, allow it: 'qdrant-backup backup --allow-empty', or Schedule:*:AllowEmpty in the configuration.");
        }
    }
}
