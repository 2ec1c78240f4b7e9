namespace QdrantBackup.Storage;

/// <summary>A blob is under an immutability policy or a legal hold, so it can be neither replaced nor deleted yet. Pruning skips and reports it.</summary>
public sealed class ImmutableBlobException(string message, string hint, Exception? innerException = null)
    : StoreException(message, hint, isTransient: false, innerException);
