namespace QdrantBackup;

/// <summary>
/// Since when a server has given no answer, for all that is asked of it. Without this each request of a run would wait out a budget of its own, one after the other, and
/// the run would end days after the server.
/// </summary>
public sealed class Outage(TimeProvider time)
{
    // Tries come closer together than this; after a longer silence, one that fails is the first of another outage.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private DateTimeOffset? _began;
    private DateTimeOffset _last;

    /// <summary>The server answered, whatever it said.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _began = null;
        }
    }

    /// <summary>The server gave no answer, or asked to come back; tells how long that has been so.</summary>
    public TimeSpan Failed()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _began = _began is { } began && now - _last < Quiet && now >= _last ? began : now;
            _last = now;
            return now - _began.Value;
        }
    }
}
