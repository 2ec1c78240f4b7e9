namespace LocalFunctions.Durable.Replay;

/// <summary>
/// Orchestrations with long histories, kept in memory between their turns, so that an event costs the same however many came before it. Short histories are replayed at
/// every turn, which finds an orchestrator that is not deterministic soonest. What is kept is never needed: the database alone decides, and it is checked against it.
/// </summary>
/// <param name="fromLength">How many events make a history long.</param>
/// <param name="limit">How many orchestrations are kept; the one that had its turn longest ago goes first.</param>
internal sealed class KeptOrchestrations(int fromLength, int limit)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<KeptOrchestration> _byLastTurn = [];
    private readonly Dictionary<string, LinkedListNode<KeptOrchestration>> _byInstance = new(StringComparer.Ordinal);

    /// <summary>How many are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byInstance.Count;
            }
        }
    }

    /// <summary>Takes an orchestration out for its turn; null if it is not kept. A turn that fails does not put it back.</summary>
    public KeptOrchestration? Take(string instanceId)
    {
        lock (_gate)
        {
            if (!_byInstance.Remove(instanceId, out var node))
            {
                return null;
            }

            _byLastTurn.Remove(node);
            return node.Value;
        }
    }

    /// <summary>Keeps an orchestration whose turn has been written.</summary>
    public void Keep(KeptOrchestration kept)
    {
        if (kept.HistoryLength < fromLength || limit == 0)
        {
            return;
        }

        lock (_gate)
        {
            _byInstance[kept.InstanceId] = _byLastTurn.AddLast(kept);
            if (_byInstance.Count > limit)
            {
                _byInstance.Remove(_byLastTurn.First!.Value.InstanceId);
                _byLastTurn.RemoveFirst();
            }
        }
    }
}

/// <summary>An orchestration as its last turn left it.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="ExecutionId">Its execution.</param>
/// <param name="HistoryLength">How many events of its history it has seen.</param>
/// <param name="Replay">The orchestrator.</param>
internal sealed record KeptOrchestration(string InstanceId, string ExecutionId, int HistoryLength, OrchestrationReplay Replay)
{
    /// <summary>Whether nothing has happened to the instance since.</summary>
    public bool IsAt(string executionId, int historyLength) => ExecutionId == executionId && HistoryLength == historyLength;
}
