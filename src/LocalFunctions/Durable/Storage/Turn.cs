using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;

namespace LocalFunctions.Durable.Storage;

/// <summary>The input of a turn of an instance.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Kept">Its orchestrator as the last turn left it; null if it must be replayed.</param>
/// <param name="Past">Its history, if it must be replayed.</param>
/// <param name="Messages">The messages that reached it, as they are in the inbox.</param>
/// <param name="Arrived">The same as events, the start before all others.</param>
internal sealed record Turn(
    InstanceRow Instance,
    KeptOrchestration? Kept,
    IReadOnlyList<HistoryEvent> Past,
    IReadOnlyList<InboxRow> Messages,
    IReadOnlyList<HistoryEvent> Arrived)
{
    /// <summary>Whether it took in as much as a turn may, so that there may be more.</summary>
    public bool IsFull { get; init; }

    /// <summary>The start of the execution; null if a client ended the instance before it started.</summary>
    public HistoryEvent? Started => Kept?.Replay.Started ?? Past.Concat(Arrived).FirstOrDefault(happened => happened.EventType == HistoryEventType.ExecutionStarted);

    /// <summary>A client's request to end the instance.</summary>
    public HistoryEvent? Terminated => Arrived.FirstOrDefault(happened => happened.EventType == HistoryEventType.ExecutionTerminated);

    /// <summary>How many events the history has before this turn.</summary>
    public int HistoryLength => Kept?.HistoryLength ?? Past.Count;

    /// <summary>Loads a turn; null if there is nothing to do, or nothing yet.</summary>
    public static Turn? Load(SqlSession session, string instanceId, KeptOrchestration? kept, DateTimeOffset now, int maxMessages)
    {
        var due = InboxTable.Due(session, instanceId, now, maxMessages);
        var messages = Merged(InboxTable.Told(session, instanceId, maxMessages), due).Take(maxMessages).ToList();
        if (due is [{ Event.EventType: HistoryEventType.ExecutionStarted } start, ..] && !messages.Contains(start))
        {
            // Before its delayed start an instance takes in nothing, even if messages have arrived.
            messages.Add(start);
        }

        if (messages.Count == 0 || InstanceTable.Find(session, instanceId) is not { HasEnded: false } instance)
        {
            return null;
        }

        var arrived = messages
            .Select(message => message.Event)
            .OrderBy(happened => happened.EventType == HistoryEventType.ExecutionStarted ? 0 : 1)
            .ToList();
        var turn = kept?.IsAt(instance.ExecutionId, HistoryTable.Length(session, instanceId)) == true
            ? new Turn(instance, kept, [], messages, arrived)
            : new Turn(instance, null, HistoryTable.Read(session, instanceId), messages, arrived);

        // Events may come before a delayed start; they wait for it in the inbox.
        return turn.Started is null && turn.Terminated is null ? null : turn with { IsFull = messages.Count >= maxMessages };
    }

    // A timer counts from its due time, also if no process ran then. Each of the two keeps its own order, even if the clock was changed meanwhile.
    private static IEnumerable<InboxRow> Merged(List<InboxRow> told, List<InboxRow> due)
    {
        var fired = 0;
        foreach (var message in told)
        {
            while (fired < due.Count && due[fired].ReachedAt < message.ReachedAt)
            {
                yield return due[fired++];
            }

            yield return message;
        }

        for (; fired < due.Count; fired++)
        {
            yield return due[fired];
        }
    }
}
