using Microsoft.DurableTask;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>
/// The one loop of a run whose work goes on elsewhere, in children or in a long step. It renews pin and lease, wakes for a cancellation, and stops the work
/// of a run that could not renew: what such a run goes on to store may be deleted under it (W3).
/// </summary>
internal sealed class RunLoop : IDisposable
{
    private readonly TaskOrchestrationContext _context;
    private readonly RunSteps _run;
    private readonly CancellationTokenSource _over = new();
    private Task _renewal;
    private TaskFailedException? _lost;
    private bool _isStopTold;

    public RunLoop(TaskOrchestrationContext context, RunSteps run)
    {
        (_context, _run) = (context, run);
        _renewal = NextRenewal();
    }

    /// <summary>Whether nothing more is to be started.</summary>
    public bool IsStopping => _run.IsCancelled || _lost is not null;

    /// <summary>Waits until one of some tasks is over, or the run is to stop; renews the run when that is due.</summary>
    public async Task WaitAsync(IEnumerable<Task> work)
    {
        await Task.WhenAny([.. work, _renewal, .. IsStopping ? Array.Empty<Task>() : [_run.Cancelled]]);
        if (_renewal.IsCompleted)
        {
            await RenewAsync();
            _renewal = NextRenewal();
        }
    }

    /// <summary>True once, when the work is to be told to stop.</summary>
    public bool BeginsToStop()
    {
        if (!IsStopping || _isStopTold)
        {
            return false;
        }

        _run.Checklist.Say("cancelling");
        return _isStopTold = true;
    }

    /// <summary>Renews the run until a long step is over. The step cannot be called off, so the run ends after it, never beside it.</summary>
    public async Task<T> UntilAsync<T>(Task<T> step)
    {
        while (!step.IsCompleted)
        {
            await WaitAsync([step]);
        }

        var result = await step;
        ThrowIfLost();
        return result;
    }

    /// <summary>Ends a run that could not renew, once nothing of it goes on.</summary>
    public void ThrowIfLost()
    {
        if (_lost is not null)
        {
            throw _lost;
        }
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }

    private Task NextRenewal() => _context.CreateTimer(ClusterLease.RenewEvery, _over.Token);

    private async Task RenewAsync()
    {
        try
        {
            await _context.CallActivityAsync(nameof(RunActivities.RenewRun), _run.RunId, Retry.Transient);
        }
        catch (TaskFailedException e)
        {
            _lost = e;
        }
    }
}
