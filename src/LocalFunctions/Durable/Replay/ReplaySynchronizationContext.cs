namespace LocalFunctions.Durable.Replay;

/// <summary>Keeps everything that an orchestrator does on the one thread that replays it.</summary>
internal sealed class ReplaySynchronizationContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _over;

    /// <summary>Whether the caller runs on the thread of the replay, while the replay lasts.</summary>
    public bool IsCurrent => !_over && Environment.CurrentManagedThreadId == _thread;

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

    /// <summary>The replay is over: what is still posted or called is not the orchestrator's any more.</summary>
    public void Close() => _over = true;

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
