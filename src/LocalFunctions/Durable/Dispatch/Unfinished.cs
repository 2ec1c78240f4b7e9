using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Work that is in the database and perhaps not known to this process: what an earlier one left, or what a commit brought that seemed to fail.</summary>
internal sealed class Unfinished(IDurableDatabase database, ReadyInstances ready, ActivityDispatcher activities, DurableTimers timers)
{
    /// <summary>Takes up whatever is there; what is known already is not taken up twice.</summary>
    /// <returns>How many instances have something to do, and how many activities are to run.</returns>
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
