namespace QdrantBackup.Damages;

/// <summary>Collects damages: all are counted, a limited number is kept.</summary>
internal sealed class DamageLog(string? collection, int maxKept)
{
    private readonly List<Damage> _damages = [];
    private readonly HashSet<string> _blobs = [];

    public long Count { get; private set; }

    public IReadOnlyList<Damage> Damages => _damages;

    /// <summary>Adds a damaged blob, once.</summary>
    /// <param name="blob">Its name.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="isAsWritten">Whether the blob is as its writer left it, so that the other store's is no better.</param>
    public void Add(string blob, BackupException problem, bool isAsWritten = false)
    {
        // A chunk of zeros may be needed a thousand times; it is one damage.
        if (_damages.Count < maxKept && !_blobs.Add(blob))
        {
            return;
        }

        Count++;
        if (_damages.Count < maxKept)
        {
            _damages.Add(new Damage { Blob = blob, Collection = collection, What = problem.Message, Hint = problem.Hint, IsAsWritten = isAsWritten });
        }
    }
}
