using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>
/// A child orchestration works on what its input says, and its input is not sealed. So it works only for a run: it was started by the run's instance or by another child of
/// it. The run's own instance has opened the sealed request before it starts a child, and a host lets nobody else name a parent.
/// </summary>
internal static class ChildOfRun
{
    /// <summary>Ends the child at once unless a run started it.</summary>
    /// <exception cref="RefusedStepException">It has no parent, or a parent of another run.</exception>
    public static void ThrowUnlessStartedByRun(TaskOrchestrationContext context)
    {
        // A child is called after its run: the id of the run's instance, a colon, and what it is for.
        var cut = context.InstanceId.LastIndexOf(':');
        var run = cut > 0 ? context.InstanceId[..cut] : null;
        if (run is null || context.Parent?.InstanceId is not { } parent || (parent != run && !parent.StartsWith(run + ":", StringComparison.Ordinal)))
        {
            throw new RefusedStepException("This orchestration is a step of a run, and no run started it; nothing was done", "Start runs through this app's API only.");
        }
    }
}
