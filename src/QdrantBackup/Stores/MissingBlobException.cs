using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>A blob that must be there is not.</summary>
public sealed class MissingBlobException(BlobName name, string what)
    : StoreException(
        $"'{name}' {what}",
        "Put it back from soft delete or the second store, or use another backup; 'verify' names every backup that needs it.")
{
    /// <inheritdoc/>
    public override bool IsDamage => true;
}
