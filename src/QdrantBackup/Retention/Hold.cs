using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>The record <c>holds/backupId</c>: this backup is kept against any policy, until the record is overwritten as released (docs/format.md §6).</summary>
public sealed record Hold : IProved<Hold>
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who placed it, or released it.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>True once it is released.</summary>
    public bool Released { get; init; }

    /// <summary>A released hold under the key of maintenance, where maintenance has a key of its own.</summary>
    public string? Proof { get; init; }

    Hold IProved<Hold>.With(string? proof) => this with { Proof = proof };
}
