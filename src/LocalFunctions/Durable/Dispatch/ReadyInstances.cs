using System.Diagnostics.CodeAnalysis;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Instances that want a turn: each at most once in the line, and never two turns of one at a time.</summary>
internal sealed class ReadyInstances
{
    private readonly object _gate = new();
    private readonly Queue<string> _line = new();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);
    private bool _closed;

    private enum State
    {
        InLine,
        InTurn,
        InTurnAndWantsAnother,
    }

    /// <summary>An instance wants a turn.</summary>
    public void Add(string instanceId)
    {
        lock (_gate)
        {
            if (!_states.TryGetValue(instanceId, out var state))
            {
                _states.Add(instanceId, State.InLine);
                _line.Enqueue(instanceId);
                Monitor.Pulse(_gate);
            }
            else if (state == State.InTurn)
            {
                _states[instanceId] = State.InTurnAndWantsAnother;
            }
        }
    }

    /// <summary>Waits for an instance that wants a turn; false when closed.</summary>
    public bool TryTake([NotNullWhen(true)] out string? instanceId)
    {
        lock (_gate)
        {
            while (!_closed && _line.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            if (_closed)
            {
                instanceId = null;
                return false;
            }

            instanceId = _line.Dequeue();
            _states[instanceId] = State.InTurn;
            return true;
        }
    }

    /// <summary>The turn of an instance is over.</summary>
    public void Done(string instanceId)
    {
        lock (_gate)
        {
            if (_states.Remove(instanceId, out var state) && state == State.InTurnAndWantsAnother)
            {
                Add(instanceId);
            }
        }
    }

    /// <summary>Lets nobody wait any longer.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
