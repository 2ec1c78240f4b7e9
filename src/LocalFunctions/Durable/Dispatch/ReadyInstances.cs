using System.Threading.Channels;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Instances that need a turn: each at most once in the queue, and never two turns of one at a time.</summary>
internal sealed class ReadyInstances(InterruptedInstances interrupted)
{
    private readonly Lock _gate = new();
    private readonly Channel<string> _line = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);

    private enum State
    {
        InLine,
        InTurn,
        InTurnAndWantsAnother,
    }

    /// <summary>Queues an instance, unless it is interrupted.</summary>
    public void Add(string instanceId)
    {
        if (interrupted.Contains(instanceId))
        {
            return;
        }

        lock (_gate)
        {
            if (!_states.TryGetValue(instanceId, out var state))
            {
                _states.Add(instanceId, State.InLine);
                _line.Writer.TryWrite(instanceId);
            }
            else if (state == State.InTurn)
            {
                _states[instanceId] = State.InTurnAndWantsAnother;
            }
        }
    }

    /// <summary>Waits for an instance that needs a turn.</summary>
    public async Task<string> TakeAsync(CancellationToken stopping)
    {
        var instanceId = await _line.Reader.ReadAsync(stopping);
        lock (_gate)
        {
            _states[instanceId] = State.InTurn;
        }

        return instanceId;
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
}
