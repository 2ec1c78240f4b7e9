namespace QdrantBackup;

/// <summary>
/// The time since which a server has given no answer to any request. Without it each request of a run would wait out its own patience, one after the other, and
/// the run would end days after the server.
/// </summary>
public sealed class Outage(TimeProvider time)
{
    // Failures closer together than this belong to one outage; after a longer pause, a failure begins another one.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private DateTimeOffset? _began;
    private DateTimeOffset _last;

    /// <summary>The server answered, also when it answered with an error.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _began = null;
        }
    }

    /// <summary>The server gave no answer or asked to come back; returns how long that has been so.</summary>
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
