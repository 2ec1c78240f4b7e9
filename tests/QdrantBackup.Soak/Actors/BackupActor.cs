using QdrantBackup.Capture;
using QdrantBackup.Clusters;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Soak.World;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Actors;

/// <summary>Backs up, by the real steps of a backup: pin, plan, transfer, commit, release. It takes no lease: nothing rests on that.</summary>
internal sealed class BackupActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Writer)
{
    public override async Task RunAsync()
    {
        RunId run = World.NewRun(Time);
        int[] pieces = [.. Enumerable.Range(0, StoreContents.PieceCount).Where(_ => World.Chance.OneIn(2))];
        byte[] content = StoreContents.Snapshot(pieces, run.Value);
        World.Tell($"{Name} is run {run} with pieces {string.Join(' ', pieces)}");
        try
        {
            await StepAsync(machine => machine.Pins.WriteAsync(run, RunKind.Backup, [], default));
            await CaptureAsync(run, World.Node.MakeSnapshot($"{run}.snapshot", content));
            await StepAsync(machine => machine.Commit.CommitAsync(run, default), mayGiveUp: true);
        }
        catch (BackupException e)
        {
            Judge(run, e);
        }

        await StepAsync(machine => machine.Fences.ReleaseAsync(run, default));
    }

    private async Task CaptureAsync(RunId run, SnapshotDescription snapshot)
    {
        var request = new RunRequest
        {
            RunId = run,
            Kind = RunKind.Backup,
            Cluster = Machine.Cluster,
            RequestedBy = "simulation",
            RequestedAt = Time.GetUtcNow(),
            InstanceId = run.Value,
            Backup = new BackupRequest(),
        };
        BackupPlanOverview plan = await StepAsync(machine => machine.Planner.PlanAsync(request, default));
        int partNo = plan.Lanes.Single().Parts.Single().PartNo;
        var ranges = new List<RangeReceipt>();
        var step = new TransferStep { RunId = run, PartNo = partNo, Snapshot = snapshot };
        do
        {
            if (World.Chance.OneIn(2))
            {
                await StepAsync(machine => machine.Pins.RenewAsync(run, default));
            }

            ranges.Add(await StepAsync(machine => machine.Transfer.TransferAsync(step, default)));
            step = step.After(ranges[^1]);
        }
        while (!ranges[^1].IsLast);

        await StepAsync(machine => machine.Results.RecordDoneAsync(new PartDone { RunId = run, PartNo = partNo, Snapshot = snapshot, Ranges = ranges }, default));
    }

    /// <summary>A run that has a marker, or was cancelled, may fail; one that lives must find everything that it was promised.</summary>
    private void Judge(RunId run, BackupException failure)
    {
        World.Tell($"{Name} fails: {failure.Message}");
        bool wasTold = failure is RefusedException or StoreConflictException;
        if (!wasTold && World.Service.Get(BlobNames.Manifest(run.AsBackup()).Value) is null)
        {
            World.Oracle.Report($"W3 run {run} lost what it needs while it lived: {failure.Message}");
        }
    }
}
