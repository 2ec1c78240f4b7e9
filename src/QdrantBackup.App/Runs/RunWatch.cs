using QdrantBackup.Ids;

namespace QdrantBackup.App.Runs;

/// <summary>
/// Judges by what this process has seen itself, on a clock that nobody can set: no reading of a wall clock, of this machine or of the store, makes a living run look dead.
/// What was seen is forgotten with the process, which only delays.
/// </summary>
internal sealed class RunWatch(TimeProvider time)
{
    // A run renews its pin every few minutes (ClusterLease.RenewEvery), also while it waits for its turn.
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    // After a pause of this whole process, the runs of others get the time to renew before the next look counts.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMinutes(10);
    private const int LeastLooks = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, Signs> _signs = [];
    private readonly Dictionary<RunId, long> _attempts = [];

    /// <summary>Notes the sign of life that a run gives now; true when it has been the same one for so long that the run is dead.</summary>
    public bool IsSilent(RunId run, string sign)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_signs.TryGetValue(run, out var seen) || seen.Sign != sign)
            {
                _signs[run] = new Signs(sign, now, now, 1);
                return false;
            }

            if (time.GetElapsedTime(seen.LastLook, now) >= BetweenLooks)
            {
                _signs[run] = seen = seen with { LastLook = now, Looks = seen.Looks + 1 };
            }

            return seen.Looks >= LeastLooks && time.GetElapsedTime(seen.First, now) >= Silence;
        }
    }

    /// <summary>Whether what a run left may be tried again: a node that does not answer is not asked at every tick.</summary>
    public bool MayTry(RunId run)
    {
        lock (_gate)
        {
            if (_attempts.TryGetValue(run, out var last) && time.GetElapsedTime(last) < BetweenAttempts)
            {
                return false;
            }

            _attempts[run] = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Forgets the runs that are not open any more.</summary>
    public void KeepOnly(IReadOnlySet<RunId> open)
    {
        lock (_gate)
        {
            foreach (var gone in _signs.Keys.Concat(_attempts.Keys).Where(r => !open.Contains(r)).ToList())
            {
                _signs.Remove(gone);
                _attempts.Remove(gone);
            }
        }
    }

    private sealed record Signs(string Sign, long First, long LastLook, int Looks);
}
