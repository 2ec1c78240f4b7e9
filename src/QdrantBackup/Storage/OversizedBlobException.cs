namespace QdrantBackup.Storage;

/// <summary>A blob is longer than any blob under such a name may be: it was replaced or extended, and is damaged like one that does not open.</summary>
public sealed class OversizedBlobException(string message, string hint)
    : StoreException(message, hint)
{
    /// <inheritdoc/>
    public override bool IsDamage => true;
}
