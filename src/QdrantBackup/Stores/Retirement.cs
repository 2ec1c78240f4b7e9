using System.Security.Cryptography;
using QdrantBackup.Ids;

namespace QdrantBackup.Stores;

/// <summary>
/// The record <c>retired/backupId</c>: retention or a person ended this backup. From then on the backup is not offered and is no base. The record is never deleted:
/// it distinguishes a manifest that was deleted after an end from one that vanished. Only <see cref="BackupEnds"/> decides whether a record counts.
/// </summary>
public sealed record Retirement : IProved<Retirement>
{
    private const string OldEndId = "0";
    private const int EndIdLength = 16;

    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who ended it: retention, the name of an API key, or the user of the command line.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock; the grace period counts from this or from the record's modification time, whichever is later.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The retention run that did it, or null for a person.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Names exactly this end: 16 random hex digits, so that its undeletion can apply to no other. Earlier writers set no name.</summary>
    public string EndId { get; init; } = OldEndId;

    /// <summary>Whether a person confirmed this one by name, or a plan that ends an unusual share: the pruner asks no second time.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Whether a person ended it after a warning that it is the newest whole backup: only then may the pruner delete that one (W4).</summary>
    public bool? EndsLast { get; init; }

    /// <summary>The same record under the key of maintenance, where maintenance has a key of its own.</summary>
    public string? Proof { get; init; }

    /// <summary>Names a new end.</summary>
    internal static string NewEndId() => RandomNumberGenerator.GetHexString(EndIdLength, lowercase: true);

    /// <summary>Whether a text may name an end: it becomes a part of a blob's name.</summary>
    internal static bool IsEndId(string text) => text == OldEndId || (text.Length == EndIdLength && text.All(char.IsAsciiHexDigitLower));

    Retirement IProved<Retirement>.With(string? proof) => this with { Proof = proof };
}

/// <summary>
/// The record <c>undeleted/backupId/endId</c>: a person took the end of this name back. Its name holds the id of that end, so that
/// writing the end again changes nothing. For the pruner its existence is enough; the backup is offered again once it is <see cref="Settled"/>.
/// </summary>
public sealed record Undeletion
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The backup.</summary>
    public required BackupId Id { get; init; }

    /// <summary>Who took the end back.</summary>
    public required string By { get; init; }

    /// <summary>When, by that machine's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether a second check, after the first write, found that no pruner can have taken the backup for dead.</summary>
    public bool Settled { get; init; }
}
