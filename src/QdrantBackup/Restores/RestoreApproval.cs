using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Restores;

/// <summary>The record <c>runs/…/approval-…</c>: a person approved a restore's plan (docs/format.md §6). A program that can send an orchestration an event, but has no store key, cannot write one.</summary>
public sealed record RestoreApproval
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The restore.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The plan: an approval of another one approves nothing.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Who approved it: the name of an API key.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The approvals of restores, one record for each plan.</summary>
public sealed class RestoreApprovals(SealedStore store)
{
    private const string NamePrefix = "approval-";
    private const int HashDigits = 16;

    /// <summary>Records an approval. An earlier one of the same plan stays as it is; one that does not open is replaced.</summary>
    public Task ApproveAsync(RestoreApproval approval, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(approval);
        return store.ChangeRecordAsync(
            NameOf(approval.RunId, approval.PlanHash), RestoresJson.Default.RestoreApproval,
            there => there is not null && IsOf(there, approval.RunId, approval.PlanHash) ? there : approval, cancellationToken);
    }

    /// <summary>The approval of a restore's plan; null if there is none, or none that opens and is of this very run and plan.</summary>
    public async Task<RestoreApproval?> FindAsync(RunId runId, string planHash, CancellationToken cancellationToken) =>
        await store.TryGetRecordAsync(NameOf(runId, planHash), RestoresJson.Default.RestoreApproval, cancellationToken) is { } found && IsOf(found, runId, planHash) ? found : null;

    // The seal binds the name, and the members repeat it: a record under another name approves nothing.
    private static bool IsOf(RestoreApproval found, RunId runId, string planHash) => found.RunId == runId && found.PlanHash == planHash;

    private static BlobName NameOf(RunId runId, string planHash) => BlobNames.Run(runId, NamePrefix + planHash[..HashDigits]);
}
