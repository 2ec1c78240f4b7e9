using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Soak.World;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Actors;

/// <summary>Reads a backup as a restore or a verification does: pins it, looks whether it is still there, and reads everything. What is pinned and was there stays readable.</summary>
internal sealed class ReadActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Other)
{
    public override async Task RunAsync()
    {
        BackupId[] known = [.. World.Oracle.Committed];
        BackupId chosen = known[World.Chance.Next(known.Length)];
        RunId run = World.NewRun(Time);
        try
        {
            await StepAsync(machine => machine.Pins.WriteAsync(run, RunKind.Restore, [chosen], default));
            if (!await StepAsync(async machine => !await machine.Catalog.IsRetiredAsync(chosen, default)))
            {
                World.Tell($"{Name} finds {chosen} ended");
            }
            else
            {
                await StepAsync(machine => ReadAsync(machine, chosen));
            }
        }
        catch (RefusedException)
        {
            World.Tell($"{Name} was taken for dead");
        }
        catch (BackupException e) when (!IsReleased(run))
        {
            World.Oracle.Report($"W3 {Name} cannot read {chosen}, which it has pinned: {e.Message}");
        }
        catch (BackupException e)
        {
            World.Tell($"{Name} was taken for dead and cannot read {chosen}: {e.Message}");
        }

        await StepAsync(machine => machine.Fences.ReleaseAsync(run, default));
    }

    private static async Task ReadAsync(Machine machine, BackupId id)
    {
        Manifest manifest = await machine.Catalog.OpenAsync(id, default);
        foreach (ManifestPart part in manifest.Parts)
        {
            await foreach (ReadOnlyMemory<byte> _ in machine.Reader.ReadAsync(part, default))
            {
                // Every range is authenticated and hashed on its way; a whole one is all that matters here.
            }
        }
    }

    private bool IsReleased(RunId run)
    {
        string pin = BlobNames.Pin(run).Value;
        byte[] plaintext = StoreContents.Sealer.Open(QdrantBackup.Sealing.SealedType.Record, pin, World.Service.Get(pin)!.Content.Span);
        return SealedStore.ReadDocument(pin, plaintext, RunsJson.Default.Pin).Released;
    }
}
