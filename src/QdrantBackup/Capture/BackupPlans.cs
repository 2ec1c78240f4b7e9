using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Capture;

/// <summary>The stored plans of backups.</summary>
public sealed class BackupPlans(SealedStore store)
{
    /// <summary>The blob name of a run's plan.</summary>
    public static BlobName NameOf(RunId runId) => BlobNames.Run(runId, "plan");

    /// <summary>Stores a plan unless the run has one, and returns the one that counts.</summary>
    public async Task<BackupPlan> StoreAsync(BackupPlan plan, CancellationToken cancellationToken) =>
        (await store.PutOnceAsync(NameOf(plan.RunId), SealedType.Record, plan, StoreJson.Default.BackupPlan, cancellationToken)).Value;

    /// <summary>Reads a run's plan, or null when it has none yet.</summary>
    public async Task<BackupPlan?> FindAsync(RunId runId, CancellationToken cancellationToken)
    {
        BackupPlan? plan = await store.GetDocumentAsync(NameOf(runId), SealedType.Record, StoreJson.Default.BackupPlan, cancellationToken);
        return plan is null || plan.RunId == runId ? plan : throw new SealException($"'{NameOf(runId)}' is the plan of run {plan.RunId}", "Start a new run.");
    }

    /// <summary>Reads a run's plan.</summary>
    public async Task<BackupPlan> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) ?? throw new MissingBlobException(NameOf(runId), "is missing: a backup transfers only what it planned");
}
