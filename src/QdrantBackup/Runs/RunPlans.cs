using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>The stored plans of runs of one kind: a run has one plan, and the first one stored is valid.</summary>
public abstract class RunPlans<TPlan>
    where TPlan : class
{
    private readonly JsonTypeInfo<TPlan> _json;
    private readonly Func<TPlan, RunId> _runOf;
    private readonly string _whyNeeded;

    private protected RunPlans(SealedStore store, JsonTypeInfo<TPlan> json, Func<TPlan, RunId> runOf, string whyNeeded) =>
        (Store, _json, _runOf, _whyNeeded) = (store, json, runOf, whyNeeded);

    private protected SealedStore Store { get; }

    /// <summary>Stores a plan unless the run has one, and returns the valid one.</summary>
    public virtual async Task<TPlan> StoreAsync(TPlan plan, CancellationToken cancellationToken) =>
        (await Store.PutOnceAsync(BlobNames.Plan(_runOf(plan)), SealedType.Record, plan, _json, cancellationToken)).Value;

    /// <summary>Reads a run's plan, or null when there is no plan yet.</summary>
    public virtual async Task<TPlan?> FindAsync(RunId runId, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Plan(runId);
        TPlan? plan = await Store.GetDocumentAsync(name, SealedType.Record, _json, cancellationToken);
        return plan is null || _runOf(plan) == runId ? plan : throw new SealException($"'{name}' is the plan of run {_runOf(plan)}", "Start a new run.");
    }

    /// <summary>Reads a run's plan.</summary>
    public async Task<TPlan> ReadAsync(RunId runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken) ?? throw Missing(runId);

    private protected MissingBlobException Missing(RunId runId) => new(BlobNames.Plan(runId), $"is missing: {_whyNeeded}");
}
