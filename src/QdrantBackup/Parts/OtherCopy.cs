using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>The other copy of a store: the second one as the first sees it, or the first as the second does. It is opened when it is needed, and may be away.</summary>
/// <param name="location">Where it is, for messages.</param>
/// <param name="open">Opens it; a failure is a <see cref="BackupException"/> that says what is wrong, and the next call tries again.</param>
public sealed class OtherCopy(string location, Func<CancellationToken, Task<SealedStore>> open)
{
    /// <summary>Where it is.</summary>
    public string Location { get; } = location;

    /// <summary>The opened store.</summary>
    public Task<SealedStore> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    /// <summary>Reading from both, for one piece of work.</summary>
    internal SecondReads NewReads() => new(open);
}
