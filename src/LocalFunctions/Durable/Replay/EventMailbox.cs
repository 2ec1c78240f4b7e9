using LocalFunctions.Durable.History;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable.Replay;

/// <summary>External events of an execution: kept in order until someone waits; the newest waiter is served first.</summary>
internal sealed class EventMailbox(DataConverter payloads)
{
    private readonly List<HistoryEvent> _kept = [];
    private readonly Dictionary<string, Stack<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events that nobody consumed, oldest first.</summary>
    public IReadOnlyList<HistoryEvent> Kept => _kept;

    /// <summary>Whether someone waits.</summary>
    public bool HasWaiters => _waiters.Values.Any(stack => stack.Any(waiter => !waiter.Task.IsCompleted));

    /// <summary>Drops the events that nobody consumed.</summary>
    public void Clear() => _kept.Clear();

    /// <summary>Hands an event to whoever waits for it, or keeps it.</summary>
    public void Deliver(HistoryEvent raised)
    {
        if (_waiters.TryGetValue(raised.Name ?? "", out var waiters) && waiters.TryPop(out var waiter))
        {
            // A waiter that was cancelled is still in line, and the event that reaches it is lost, as officially.
            waiter.Receive(raised.Input);
        }
        else
        {
            _kept.Add(raised);
        }
    }

    /// <summary>Waits for an event.</summary>
    public Task<T> Wait<T>(string name, CancellationToken cancellationToken)
    {
        var waiter = new Waiter<T>(payloads);
        if (!_waiters.TryGetValue(name, out var waiters))
        {
            _waiters.Add(name, waiters = new Stack<Waiter>());
        }

        if (waiters.TryPeek(out var other) && other is not Waiter<T>)
        {
            // Also if the other was cancelled: it is still in line, as officially.
            throw new ArgumentException($"Events named '{name}' are already awaited with another payload type than {typeof(T)}.", nameof(name));
        }

        var oldest = _kept.FindIndex(kept => string.Equals(kept.Name, name, StringComparison.OrdinalIgnoreCase));
        if (oldest >= 0)
        {
            waiter.Receive(_kept[oldest].Input);
            _kept.RemoveAt(oldest);
            return waiter.Received;
        }

        waiters.Push(waiter);
        cancellationToken.Register(() => waiter.Cancel(cancellationToken));
        return waiter.Received;
    }

    private abstract class Waiter
    {
        public abstract Task Task { get; }

        public abstract void Receive(string? payload);
    }

    private sealed class Waiter<T>(DataConverter payloads) : Waiter
    {
        private readonly TaskCompletionSource<T> _completion = new();

        public Task<T> Received => _completion.Task;

        public override Task Task => _completion.Task;

        public void Cancel(CancellationToken token) => _completion.TrySetCanceled(token);

        public override void Receive(string? payload)
        {
            try
            {
                _completion.TrySetResult(payloads.Deserialize<T>(payload)!);
            }
            catch (Exception failure)
            {
                _completion.TrySetException(failure);
            }
        }
    }
}
