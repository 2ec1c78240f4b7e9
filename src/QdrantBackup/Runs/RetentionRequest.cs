using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>What a retention run should do.</summary>
public sealed record RetentionRequest : IProved<RetentionRequest>
{
    /// <summary>Version of the format, where it stands by itself as a proof.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The hash of the approved plan, 64 hex digits: another plan is refused. Null: the present verdicts of the policy are applied.</summary>
    public string? PlanHash { get; init; }

    /// <summary>Whether to continue although an unusual share would be deleted, or a manifest vanished or changed.</summary>
    public bool AllowUnusual { get; init; }

    /// <summary>Whether a person confirmed that the clock is right although the last retention is long ago.</summary>
    public bool ConfirmClock { get; init; }

    /// <summary>Whether to prune after ending the backups that the policy does not keep.</summary>
    public bool Prune { get; init; } = true;

    /// <summary>Whether the whole trash of a directory store is removed for good now, instead of when it is old enough.</summary>
    public bool EmptyTrash { get; init; }

    /// <summary>The same request under the key of maintenance: without it no brake is waived.</summary>
    public string? Proof { get; init; }

    /// <summary>The part of a run's request that counts in a store: a brake is waived only with a proof of maintenance.</summary>
    /// <exception cref="RefusedException">The run is no retention.</exception>
    public static RetentionRequest Of(SealedStore store, RunRequest request)
    {
        RetentionRequest wanted = request.Retention ?? throw new RefusedException($"run {request.RunId} is no retention", "Start a new run.");
        return store.Authority.Check(BlobNames.Run(request.RunId, RunRecords.Request), wanted, RunsJson.Default.RetentionRequest)
            ?? wanted with { AllowUnusual = false, ConfirmClock = false, EmptyTrash = false };
    }

    /// <summary>The request with the proof that what it waives was waived by maintenance or an administrator.</summary>
    public RetentionRequest ProvenFor(SealedStore store, RunId runId) =>
        store.Authority.Prove(BlobNames.Run(runId, RunRecords.Request), this, RunsJson.Default.RetentionRequest);

    RetentionRequest IProved<RetentionRequest>.With(string? proof) => this with { Proof = proof };
}
