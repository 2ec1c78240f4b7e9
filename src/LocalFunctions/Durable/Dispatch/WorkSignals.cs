using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Tells the dispatchers and those who wait what a transaction brought.</summary>
internal sealed class WorkSignals(ReadyInstances ready, ActivityDispatcher activities, DurableTimers timers, StatusWatch watch)
{
    /// <summary>Wakes those who wait for an instance.</summary>
    public StatusWatch Watch => watch;

    /// <summary>Passes on what a transaction brought. Call it after the commit.</summary>
    public void Announce(CommitEffects effects)
    {
        foreach (var activity in effects.Activities)
        {
            activities.Add(activity);
        }

        foreach (var instance in effects.Reached)
        {
            ready.Add(instance);
        }

        if (effects.NextDue is { } due)
        {
            timers.Due(due);
        }

        foreach (var instance in effects.Changed)
        {
            watch.Changed(instance);
        }
    }
}
