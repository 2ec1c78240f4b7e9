using System.Collections.Concurrent;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Runs;

/// <summary>
/// Asks, before a step does anything, whether it is a step of the run that it names. What a step is given stands in a history, which is not sealed: a program that can start
/// orchestrations could name any run, also one that is over.
/// </summary>
public sealed class RunGuard
{
    private const int MaxKnown = 1000;

    // A request is written once and never changed, so that it is read once only.
    private readonly ConcurrentDictionary<(StoreId Store, RunId Run), string> _instances = new();

    /// <summary>Refuses a step whose instance is neither that of the run's sealed request nor a child of it. For steps that begin or end a run, or take away what it made.</summary>
    /// <exception cref="RefusedException">The step is not the run's.</exception>
    public async Task CheckOwnAsync(OpenedStore opened, RunId runId, string instanceId, CancellationToken cancellationToken)
    {
        var key = (opened.Store.StoreId, runId);
        if (!_instances.TryGetValue(key, out var own))
        {
            own = (await opened.Records.ReadRequestAsync(runId, cancellationToken)).InstanceId;
            if (_instances.Count >= MaxKnown)
            {
                _instances.Clear();
            }

            _instances[key] = own;
        }

        if (instanceId != own && !instanceId.StartsWith(own + ":", StringComparison.Ordinal))
        {
            throw new RefusedException($"The request of run {runId} belongs to instance {own}, not to {instanceId}", "Start runs through this app's API only.");
        }
    }

    /// <summary>The same, and refuses a step of a run that is over. For steps that plan: the run may have no pin yet.</summary>
    /// <exception cref="RefusedException">The step is not the run's, or the run is over.</exception>
    public Task CheckNotOverAsync(OpenedStore opened, RunId runId, string instanceId, CancellationToken cancellationToken) =>
        CheckAsync(opened, runId, instanceId, mayLackPin: true, cancellationToken);

    /// <summary>The same, and refuses a step of a run without a pin. For steps that touch Qdrant, chunks or backups: one read each, of the pin, which is released when the run ends.</summary>
    /// <exception cref="RefusedException">The step is not the run's, the run is over, or its pin is gone.</exception>
    public Task CheckLiveAsync(OpenedStore opened, RunId runId, string instanceId, CancellationToken cancellationToken) =>
        CheckAsync(opened, runId, instanceId, mayLackPin: false, cancellationToken);

    private async Task CheckAsync(OpenedStore opened, RunId runId, string instanceId, bool mayLackPin, CancellationToken cancellationToken)
    {
        await CheckOwnAsync(opened, runId, instanceId, cancellationToken);
        var isOver = await opened.Pins.FindAsync(runId, cancellationToken) is { } found ? found.Pin.Released || found.Pin.Closed : !mayLackPin;
        if (isOver)
        {
            throw new RefusedException($"run {runId} has ended: its pin is released or gone", "Start a new run; this one must not read or write any more.");
        }
    }
}
