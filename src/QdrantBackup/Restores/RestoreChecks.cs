using QdrantBackup.Capture;

namespace QdrantBackup.Restores;

/// <summary>One look at whether a restored collection has settled.</summary>
/// <param name="IsSettled">Every node shows all replicas Active, no transfer, status green. Twice in a row means done.</param>
/// <param name="Reason">What it still waits for.</param>
public sealed record SettledLook(bool IsSettled, string? Reason);

/// <summary>Whether a restored collection holds what the backup says.</summary>
/// <param name="IsGood">False when a count differs from what the backup knows exactly.</param>
/// <param name="Expected">The backup's count, or null where it is not known exactly.</param>
/// <param name="Actual">The count now.</param>
public sealed record RestoreVerdict(bool IsGood, ulong? Expected, ulong Actual);

/// <summary>What follows an upload: settling, counting, aliases.</summary>
public sealed class RestoreChecks(ClusterNodes nodes, RestorePlans plans)
{
    /// <summary>Looks once at every node.</summary>
    public Task<SettledLook> LookAsync(RestoreStep step, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Counts exactly and compares.</summary>
    public Task<RestoreVerdict> CheckAsync(RestoreStep step, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Makes the item's aliases point to the restored collection; returns those set.</summary>
    public Task<IReadOnlyList<string>> SetAliasesAsync(RestoreStep step, CancellationToken cancellationToken) => throw new NotImplementedException();
}
