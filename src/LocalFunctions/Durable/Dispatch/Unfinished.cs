using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Work that is in the database and may be unknown to this process: left by an earlier process, or written by a commit that seemed to fail.</summary>
internal sealed class Unfinished(IDurableDatabase database, ReadyInstances ready, ActivityDispatcher activities, DurableTimers timers)
{
    /// <summary>Queues all of it; work that is queued already is not queued twice.</summary>
    /// <returns>How many instances have work to do, and how many activities are to run.</returns>
    public async Task<(int Instances, int Activities)> TakeUpAsync(DateTimeOffset now)
    {
        var (reached, toRun) = await database.ReadAsync(session =>
            (InboxTable.ReachedInstances(session, now), ActivityTable.All(session)));
        reached.ForEach(ready.Add);
        toRun.ForEach(activities.Add);
        timers.Due(now);
        return (reached.Count, toRun.Count);
    }
}
