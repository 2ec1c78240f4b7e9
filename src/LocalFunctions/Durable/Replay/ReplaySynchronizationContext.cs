namespace LocalFunctions.Durable.Replay;

/// <summary>Keeps everything that an orchestrator does on the one thread that gives it its turn.</summary>
internal sealed class ReplaySynchronizationContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private volatile int _thread;

    /// <summary>Whether the caller runs on the thread of the turn, while the turn lasts.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread;

    /// <summary>A turn begins, on the calling thread.</summary>
    public void Open() => _thread = Environment.CurrentManagedThreadId;

    /// <summary>Runs an action, and whatever it leads to, on this context.</summary>
    public void Run(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (_posted.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>The turn is over: what is still posted or called is not the orchestrator's.</summary>
    public void Close() => _thread = 0;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        // From another thread comes only what an orchestrator must not await. It is dropped: running it whenever it
        // happens to arrive would not be deterministic. The runner then finds an orchestrator that waits for nothing.
        if (IsCurrent)
        {
            _posted.Enqueue((d, state));
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Orchestrators run on one thread and send nothing to it.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
