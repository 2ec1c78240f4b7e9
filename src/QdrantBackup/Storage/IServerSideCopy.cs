namespace QdrantBackup.Storage;

/// <summary>
/// An optional ability of a store: it takes a blob from another store without its bytes passing through this machine. A caller must also work without it: every copy
/// can also be read there and put here.
/// </summary>
public interface IServerSideCopy
{
    /// <summary>Whether it is worth trying; false after the service has refused.</summary>
    bool CanCopyFrom(IBackupStore source);

    /// <summary>
    /// Copies a blob that is not here yet, whole and under its own name, and returns the new blob. Null when a blob of that name is here already, when the
    /// source has none, or when the service refuses. The content is not checked: the caller must check it against its name later.
    /// </summary>
    Task<BlobEntry?> TryCopyFromAsync(IBackupStore source, BlobName name, CancellationToken cancellationToken);
}
