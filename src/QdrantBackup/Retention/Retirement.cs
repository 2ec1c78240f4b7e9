using QdrantBackup.Manifests;
using QdrantBackup.Runs;

namespace QdrantBackup.Retention;

/// <summary>
/// The record <c>retired/backupId</c>: retention or a person ended this backup. From then on it is offered to nobody and is no base. The record is never deleted:
/// it tells a manifest that was ended from one that vanished.
/// </summary>
public sealed record Retirement
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who ended it: retention, the name of an API key, or the user of the command line.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock; the grace period counts from the record's modification time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The retention run that did it, or null for a person.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Whether a person said yes to this one by name, or to a plan that ends an unusual share: the pruner asks no second time.</summary>
    public bool Confirmed { get; init; }
}
