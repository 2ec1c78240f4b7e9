using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.Crash;

/// <summary>Kills the app (kill -9) a random moment after the n-th request that Qdrant sees, which is a moment in the middle of the work whatever the machine's speed.</summary>
internal sealed class Assassin : IDisposable
{
    private readonly StandInServer _qdrant;
    private readonly AppProcess _victim;
    private readonly TimeSpan _delay;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;

    public Assassin(StandInServer qdrant, AppProcess victim, int afterRequests, TimeSpan delay)
    {
        (_qdrant, _victim, _left, _delay) = (qdrant, victim, afterRequests, delay);
        _qdrant.RequestSeen += Look;
    }

    /// <summary>Completes when the app is dead.</summary>
    public Task Done => _done.Task;

    public void Dispose() => _qdrant.RequestSeen -= Look;

    private void Look(SeenRequest request)
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _ = KillAsync();
        }
    }

    private async Task KillAsync()
    {
        await Task.Delay(_delay, TimeProvider.System);
        await _victim.KillAsync();
        _done.TrySetResult();
    }
}
