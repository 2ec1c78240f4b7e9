using System.Diagnostics.CodeAnalysis;

namespace LocalFunctions.Durable.Machine;

/// <summary>A few dedicated threads for work that may never return, or waits for the disk. Work that is queued after the end is dropped.</summary>
internal sealed class DedicatedThreads : TaskScheduler, IDisposable
{
    // Not a blocking collection: its readers spin before they sleep, which costs more than the work of these threads.
    private readonly object _gate = new();
    private readonly Queue<Task> _line = new();
    private bool _isOver;

    public DedicatedThreads(string name, int count)
    {
        MaximumConcurrencyLevel = count;
        for (var number = 1; number <= count; number++)
        {
            new Thread(Work) { IsBackground = true, Name = $"{name} {number}" }.Start();
        }
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel { get; }

    /// <summary>Lets the threads end when their queue is empty.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _line.Enqueue(task);
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _line];
        }
    }

    private void Work()
    {
        while (TryTake(out var task))
        {
            TryExecuteTask(task);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Task? task)
    {
        lock (_gate)
        {
            while (_line.Count == 0 && !_isOver)
            {
                Monitor.Wait(_gate);
            }

            return _line.TryDequeue(out task);
        }
    }
}
