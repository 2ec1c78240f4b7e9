using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Soak.World;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Actors;

/// <summary>Ends backups: by policy, or one that a person names.</summary>
internal sealed class RetireActor(SimulatedWorld world, string name) : DurableActor(world, name, ActorKind.Other)
{
    public override async Task RunAsync()
    {
        if (World.Chance.OneIn(2))
        {
            RetentionPreview preview = await StepAsync(machine => machine.Retention.PreviewAsync(Machine.Cluster, World.Clock.Now, default));
            await EndAsync([.. preview.Backups.Where(b => !b.Verdict.Keep).Select(b => b.Verdict)]);
            return;
        }

        BackupId[] known = [.. World.Oracle.Committed];
        BackupId chosen = known[World.Chance.Next(known.Length)];
        try
        {
            DeletionPlan plan = await StepAsync(machine => machine.Retention.PreviewDeletionAsync(Machine.Cluster, chosen, default));
            await EndAsync([new RetentionVerdict(plan.Id, Keep: false, ["a person wants it"])]);
        }
        catch (BackupException e) when (e is RefusedException or UsageException)
        {
            World.Tell($"{Name} is refused: {e.Message}");
        }
    }

    private async Task EndAsync(RetentionVerdict[] verdicts)
    {
        if (verdicts.Length > 0)
        {
            var template = new Retirement { Id = verdicts[0].Id, Reason = "", By = Name, At = Time.GetUtcNow() };
            DateTimeOffset now = World.Clock.Now;
            World.Oracle.DecidedAt = now;
            await StepAsync(machine => machine.Retirement.EndAsync(Machine.Cluster, verdicts, now, template, default));
        }
    }
}
