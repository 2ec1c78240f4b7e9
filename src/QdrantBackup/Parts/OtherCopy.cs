using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>The other store: the second store as the first sees it, or the first as the second sees it. It is opened when it is needed, and may be away.</summary>
/// <param name="location">Where it is, for messages.</param>
/// <param name="open">Opens it; a failure is a <see cref="BackupException"/> with the reason, and the next call tries again.</param>
public sealed class OtherCopy(string location, Func<CancellationToken, Task<SealedStore>> open)
{
    /// <summary>Where it is.</summary>
    public string Location { get; } = location;

    /// <summary>The opened store.</summary>
    public Task<SealedStore> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    /// <summary>Reads from both stores, for one piece of work.</summary>
    internal SecondReads NewReads() => new(open);
}
