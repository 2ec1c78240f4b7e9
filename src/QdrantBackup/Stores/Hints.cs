namespace QdrantBackup.Stores;

/// <summary>Hints that several errors share.</summary>
internal static class Hints
{
    public const string OtherBackup =
        "Restore another backup, or put the blob back from soft delete, an older version or the second store; 'qdrant-backup verify' names every backup that is damaged.";
}
