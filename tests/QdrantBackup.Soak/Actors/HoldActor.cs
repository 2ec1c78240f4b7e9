using QdrantBackup.Ids;
using QdrantBackup.Soak.World;

namespace QdrantBackup.Soak.Actors;

/// <summary>Holds a backup, and may release it again. From the moment that the hold is confirmed until its release is begun nothing of the backup may go.</summary>
internal sealed class HoldActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Other)
{
    public override async Task RunAsync()
    {
        BackupId[] known = [.. World.Oracle.Committed];
        BackupId chosen = known[World.Chance.Next(known.Length)];
        try
        {
            await StepAsync(machine => machine.Holds.PlaceAsync(chosen, "simulated", Name, default));

            // Not within the step: no person receives the result of an attempt that was taken for dead.
            World.Oracle.Held.Add(chosen);
            World.Tell($"{chosen} is held");
        }
        catch (BackupException e) when (e is RefusedException or UsageException)
        {
            World.Tell($"{Name} is refused: {e.Message}");
            return;
        }

        if (World.Chance.OneIn(2))
        {
            World.Oracle.Held.Remove(chosen);
            await StepAsync(machine => machine.Holds.ReleaseAsync(chosen, Name, default));
        }
    }
}
