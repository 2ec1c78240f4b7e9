namespace QdrantBackup.Storage;

/// <summary>A blob is longer than anything that may stand under its name: it was replaced or extended, and is damaged like one that does not open.</summary>
public sealed class OversizedBlobException(string message, string hint)
    : StoreException(message, hint)
{
    /// <inheritdoc/>
    public override bool IsDamage => true;
}
