using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;

namespace QdrantBackup.Restores;

/// <summary>What one upload did.</summary>
/// <param name="ItemNo">The item's number.</param>
/// <param name="Collection">The collection that was written.</param>
/// <param name="Bytes">Bytes uploaded.</param>
public sealed record UploadReceipt(int ItemNo, string Collection, long Bytes);

/// <summary>Streams one part from the store to a node: every chunk authenticated, the last bytes held back until everything has been checked (W6).</summary>
public sealed class PartRestore(SealedStore store, ClusterNodes nodes, BackupCatalog catalog, RestorePlans plans, CaptureOptions options, ILogger<PartRestore> logger)
{
    /// <summary>Uploads one item. Anything wrong with the backup's blobs breaks the upload off before Qdrant changes anything.</summary>
    public Task<UploadReceipt> UploadAsync(RestoreStep step, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Deletes the copy of the upload that Qdrant keeps, after failure too; false when there was none.</summary>
    public Task<bool> DeleteUploadedCopyAsync(RestoreStep step, CancellationToken cancellationToken) => throw new NotImplementedException();
}
