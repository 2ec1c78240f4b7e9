using System.Collections.Concurrent;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>
/// Reads a blob from the second store where the first has no whole one or cannot be reached, and remembers these blobs.
/// One instance serves one piece of work.
/// </summary>
internal sealed class SecondReads(Func<CancellationToken, Task<SealedStore>> open)
{
    private readonly ConcurrentDictionary<string, BackupException> _replaced = new(StringComparer.Ordinal);
    private volatile bool _isFirstAway;

    /// <summary>The blobs that came from the second store, and what was wrong with each in the first.</summary>
    public IReadOnlyDictionary<string, BackupException> Replaced => _replaced;

    /// <summary>Whether the first store did not answer; from then on it is not asked again.</summary>
    public bool IsFirstAway => _isFirstAway;

    /// <summary>Reads from the first store, and from the second one if there is one and the first fails.</summary>
    public static Task<T> ReadAsync<T>(
        SealedStore first, SecondReads? second, string blob, Func<SealedStore, Task<T>> read, CancellationToken cancellationToken) =>
        second is null ? read(first) : second.ReadAsync(first, blob, read, cancellationToken);

    private async Task<T> ReadAsync<T>(SealedStore first, string blob, Func<SealedStore, Task<T>> read, CancellationToken cancellationToken)
    {
        if (_isFirstAway)
        {
            return await read(await open(cancellationToken));
        }

        BackupException problem;
        try
        {
            return await read(first);
        }
        catch (BackupException e) when (e.IsDamage || e is StoreException)
        {
            problem = e;
        }

        try
        {
            T found = await read(await open(cancellationToken));
            _isFirstAway |= !problem.IsDamage;
            _replaced.TryAdd(blob, problem);
            return found;
        }
        catch (BackupException other) when (other is not UsageException)
        {
            throw NeitherHas(problem, other);
        }
    }

    private static BackupException NeitherHas(BackupException problem, BackupException other) => problem.IsDamage
        ? new SealException($"{problem.Message}; nor could it be read from the second store: {other.Message}", problem.Hint, problem)
        : problem;
}
