using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Work that is in the database and may be unknown to this process: left by an earlier process, or written by a commit that seemed to fail.</summary>
internal sealed class Unfinished(
    IDurableDatabase database, InterruptedInstances interrupted, ReadyInstances ready, ActivityDispatcher activities, DurableTimers timers)
{
    /// <summary>Queues all of it, but not the work of interrupted instances; work that is queued already is not queued twice.</summary>
    /// <returns>How many instances have work to do, and how many activities are to run.</returns>
    public async Task<(int Instances, int Activities)> TakeUpAsync(DateTimeOffset now)
    {
        var (reached, toRun) = await database.ReadAsync(session =>
            (InboxTable.ReachedInstances(session, now), ActivityTable.All(session)));
        var (instances, running) = (reached.FindAll(id => !interrupted.Contains(id)), toRun.FindAll(activity => !interrupted.Contains(activity.InstanceId)));
        instances.ForEach(ready.Add);
        running.ForEach(activity => activities.Add(activity.Sequence));
        timers.Due(now);
        return (instances.Count, running.Count);
    }
}
