namespace QdrantBackup.Stores;

/// <summary>What to do, where several errors have the same answer.</summary>
internal static class Hints
{
    public const string OtherBackup =
        "Restore another backup, or put the blob back from soft delete, an older version or the second store; 'qdrant-backup verify' names every backup that is damaged.";
}
