using QdrantBackup.Ids;
using QdrantBackup.Replication;
using QdrantBackup.Runs;
using QdrantBackup.Soak.World;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Actors;

/// <summary>Copies a backup into the second store, by the real steps of a copy: pin, begin, copy, commit, release.</summary>
internal sealed class CopyActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Writer)
{
    public override async Task RunAsync()
    {
        RunId run = World.NewRun(Time);
        BackupId id = World.ToCopy[World.Chance.Next(World.ToCopy.Count)];
        World.Tell($"{Name} is run {run} and copies {id}");
        try
        {
            await StepAsync(machine => machine.Pins.WriteAsync(run, RunKind.Copy, [], default));
            await StepAsync(machine => machine.Copy!.BeginAsync(run, id, default));
            for (CopyStep? step = new(run, id, 1); step is not null;)
            {
                CopyStep now = step;
                step = (await StepAsync(machine => machine.Copy!.CopyAsync(now, default))).Next;
            }

            await StepAsync(
                async machine =>
                {
                    await machine.CopyCommit!.CommitAsync(run, id, default);
                    return true;
                },
                mayGiveUp: true);
        }
        catch (BackupException e)
        {
            Judge(run, id, e);
        }

        await StepAsync(machine => machine.Fences.ReleaseAsync(run, default));
    }

    /// <summary>A copy that has a marker, or was cancelled, may fail; one that lives must find everything that it was promised.</summary>
    private void Judge(RunId run, BackupId id, BackupException failure)
    {
        World.Tell($"{Name} fails: {failure.Message}");
        if (failure is not (RefusedException or StoreConflictException) && World.Service.Get(BlobNames.Manifest(id).Value) is null)
        {
            World.Oracle.Report($"W3 copy {run} of {id} lost what it needs while it lived: {failure.Message}");
        }
    }
}
