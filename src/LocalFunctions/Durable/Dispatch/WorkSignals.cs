using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Announces the effects of a transaction to the dispatchers and watchers.</summary>
internal sealed class WorkSignals(ReadyInstances ready, ActivityDispatcher activities, DurableTimers timers, StatusWatch watch, InterruptedInstances interrupted)
{
    /// <summary>The watches of instances.</summary>
    public StatusWatch Watch => watch;

    /// <summary>The instances that get no turns, because an earlier process left them.</summary>
    public InterruptedInstances Interrupted => interrupted;

    /// <summary>Announces the effects of a transaction. Call it after the commit.</summary>
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
