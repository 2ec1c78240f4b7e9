namespace LocalFunctions.Durable.Replay;

/// <summary>
/// Runs the code of an orchestrator on the thread that gives it its turn, and nowhere else. The official context runs a continuation on whichever thread posts it:
/// an orchestrator that awaits a foreign task would go on in the middle of another turn, or of none.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private volatile int _thread;

    /// <summary>Whether the caller runs on the thread of the turn, while the turn lasts.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread;

    /// <summary>A turn begins, on the calling thread.</summary>
    public void Open() => _thread = Environment.CurrentManagedThreadId;

    /// <summary>The turn is over: calls and continuations after it do not belong to the orchestrator.</summary>
    public void Close() => _thread = 0;

    /// <summary>Runs code on this context.</summary>
    public T Run<T>(Func<T> code)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return code();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        // Another thread posts only what an orchestrator must not await. The continuation is dropped: to run it whenever
        // it happens to arrive would not be deterministic. The replay then finds an orchestrator that waits for nothing.
        if (IsCurrent)
        {
            Run(() =>
            {
                d(state);
                return true;
            });
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Orchestrators run on one thread and send nothing to it.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
