using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Soak.World;

namespace QdrantBackup.Soak.Actors;

/// <summary>Prunes, step by step, as a retention run does.</summary>
internal sealed class PruneActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Pruner)
{
    public override async Task RunAsync()
    {
        RunId run = World.NewRun(Time);
        try
        {
            bool done = false;
            while (!done)
            {
                done = (await StepAsync(machine => machine.Pruner.StepAsync(new PruneRequest(run, AllowUnusual: false, "simulation"), default))).Done;
            }
        }
        catch (RefusedException e) when (e.Message.Contains("has ended", StringComparison.Ordinal))
        {
            // It was silent for so long that another pruner took it for dead.
            World.Tell($"{Name} is cancelled");
        }
        catch (StoreException e) when (e.Message.Contains("has taken longer", StringComparison.Ordinal))
        {
            World.Tell($"{Name} gives up: {e.Message}");
        }
        catch (BackupException e)
        {
            World.Oracle.Report($"a prune stopped for no reason: {e.Message}");
        }

        await StepAsync(machine => machine.Fences.ReleaseAsync(run, default));
    }
}
