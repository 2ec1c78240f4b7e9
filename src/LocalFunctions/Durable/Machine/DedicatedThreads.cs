using System.Collections.Concurrent;

namespace LocalFunctions.Durable.Machine;

/// <summary>A few threads of their own for work that may never return. Work that is queued after the end is dropped.</summary>
internal sealed class DedicatedThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _line = [];

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

    /// <summary>Lets the threads end when they have done what is in line.</summary>
    public void Dispose() => _line.CompleteAdding();

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        try
        {
            _line.Add(task);
        }
        catch (InvalidOperationException)
        {
            // The engine is closed. Whoever completes what this work awaited must not suffer for it.
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _line];

    private void Work()
    {
        foreach (var task in _line.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
