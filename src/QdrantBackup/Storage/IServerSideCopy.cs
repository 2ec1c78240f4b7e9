namespace QdrantBackup.Storage;

/// <summary>
/// What a store may be able to do besides: take a blob from another store without its bytes passing through this machine. Whoever uses it has to do without: every copy
/// can also be read there and put here.
/// </summary>
public interface IServerSideCopy
{
    /// <summary>Whether it is worth trying. It stops being so when the service refuses.</summary>
    bool CanCopyFrom(IBackupStore source);

    /// <summary>
    /// Copies a blob that is not here yet, whole and under its own name, and returns what is here then. Null when a blob of that name is here already, when the
    /// source has none, or when the service refuses. The content is not looked at: whoever calls this must hold it to its name later.
    /// </summary>
    Task<BlobEntry?> TryCopyFromAsync(IBackupStore source, BlobName name, CancellationToken cancellationToken);
}
