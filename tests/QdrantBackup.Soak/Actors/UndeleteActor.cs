using QdrantBackup.Ids;
using QdrantBackup.Soak.World;

namespace QdrantBackup.Soak.Actors;

/// <summary>Takes the end of a backup back. From the moment of the confirmation nothing of the backup may be deleted, unless it is ended again.</summary>
internal sealed class UndeleteActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Other)
{
    public override async Task RunAsync()
    {
        BackupId[] known = [.. World.Oracle.Ended(World.Service)];
        if (known.Length == 0)
        {
            World.Tell($"{Name} finds nothing that was ended");
            return;
        }

        BackupId chosen = known[World.Chance.Next(known.Length)];
        string? end = World.Oracle.EndOf(World.Service, chosen);
        try
        {
            if (await StepAsync(machine => machine.Undeletion.TakeBackAsync(chosen, Name, default)))
            {
                World.Oracle.TakenBack(World.Service, chosen, end);
                World.Tell($"the end of {chosen} is taken back");
            }
        }
        catch (BackupException e) when (e is RefusedException or UsageException)
        {
            World.Tell($"{Name} is refused: {e.Message}");
        }
    }
}
