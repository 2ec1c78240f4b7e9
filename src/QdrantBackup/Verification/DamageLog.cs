namespace QdrantBackup.Verification;

/// <summary>Collects damages: all are counted, so many are kept.</summary>
internal sealed class DamageLog(string collection, int maxKept)
{
    private readonly List<Damage> _damages = [];
    private readonly HashSet<string> _blobs = [];

    public long Count { get; private set; }

    public IReadOnlyList<Damage> Damages => _damages;

    public string First => _damages.Count > 0 ? _damages[0].Blob : "";

    /// <summary>Adds a damaged blob, once.</summary>
    public void Add(string blob, BackupException problem)
    {
        // A chunk of zeros may be needed a thousand times; it is one damage.
        if (_damages.Count < maxKept && !_blobs.Add(blob))
        {
            return;
        }

        Count++;
        if (_damages.Count < maxKept)
        {
            _damages.Add(new Damage(blob, collection, problem.Message, problem.Hint));
        }
    }
}
