using QdrantBackup.Configuration.Access;
using QdrantBackup.Schedules;
using QdrantBackup.Sealing;

namespace QdrantBackup.Configuration;

/// <summary>
/// Everything that can be configured, checked as a whole by <see cref="BackupOptionsReader"/>. The keys behind it, their
/// defaults and forms are in <see cref="SettingCatalog"/> and docs/configuration.md. Classes rather than records, because a
/// record prints its members and some of these are secrets (W5).
/// </summary>
public sealed class BackupOptions
{
    /// <summary>The section of the configuration that all keys stand in.</summary>
    public const string SectionName = "Backup";

    /// <summary>The cluster's name: lower-case letters, digits and dashes, since it stands in ids and blob names.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Where Qdrant is.</summary>
    public required QdrantOptions Qdrant { get; init; }

    /// <summary>When backups are due.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>How much is kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>Where backups go.</summary>
    public required StorageOptions Storage { get; init; }

    /// <summary>Which store that must be.</summary>
    public StorePinOptions Store { get; init; } = new();

    /// <summary>How chunks are compressed.</summary>
    public ChunkCompression Compression { get; init; } = ChunkCompression.Auto;

    /// <summary>Collections, by name or pattern, of which nothing is compressed.</summary>
    public IReadOnlyList<string> Uncompressed { get; init; } = [];

    /// <summary>Who can unwrap the store key.</summary>
    public required EncryptionOptions Encryption { get; init; }

    /// <summary>How far a backup is read back after its commit.</summary>
    public VerificationLevel Verification { get; init; } = VerificationLevel.Readable;

    /// <summary>How many parts are captured or restored at the same time.</summary>
    public int MaxParallelParts { get; init; } = 4;

    /// <summary>Parts larger than this are transferred in ranges of this size.</summary>
    public long RangeBytes { get; init; } = 4L << 30;

    /// <summary>How long one activity transfers before it returns its position.</summary>
    public TimeSpan TransferTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many sealed chunks of one part are on their way to the store at once.</summary>
    public int ChunksInFlight { get; init; } = 4;

    /// <summary>How far backups step back for others, 0 (not at all) to 19, as with nice(1).</summary>
    public int NiceLevel { get; init; }

    /// <summary>Who may call the HTTP API.</summary>
    public IReadOnlyList<ApiKeyOptions> ApiKeys { get; init; } = [];

    /// <summary>What this app does.</summary>
    public AppRole Role { get; init; } = AppRole.All;

    /// <summary>Who is responsible; recorded with every run.</summary>
    public string? Team { get; init; }

    /// <summary>Labels that every backup gets.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>What was accepted and has no effect, or less than one may think, to be said at start.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Where Qdrant is, and how to call it.</summary>
public sealed class QdrantOptions
{
    /// <summary>The nodes, each addressed directly; at least one.</summary>
    public required IReadOnlyList<QdrantNodeOptions> Nodes { get; init; }

    /// <summary>The API key sent to every node; a secret.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A file with the certificates of a private CA, PEM.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whether the API key may travel over plain http to another machine.</summary>
    public bool AllowPlainHttp { get; init; }
}

/// <summary>One Qdrant node.</summary>
/// <param name="Url">Its address.</param>
/// <param name="MaxStoredSnapshots">How many of our snapshots may lie on it at once.</param>
public sealed record QdrantNodeOptions(Uri Url, int MaxStoredSnapshots = 1);

/// <summary>How much is kept: the newest of so many days, weeks and months, and everything younger than a span.</summary>
public sealed record RetentionOptions
{
    /// <summary>For how many days the newest backup of the day is kept.</summary>
    public int Daily { get; init; } = 7;

    /// <summary>For how many weeks the newest backup of the week is kept.</summary>
    public int Weekly { get; init; } = 4;

    /// <summary>For how many months the newest backup of the month is kept.</summary>
    public int Monthly { get; init; } = 12;

    /// <summary>Everything younger than this is kept.</summary>
    public TimeSpan KeepWithin { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>Where backups go: the blob container if one is given, else the directory.</summary>
public sealed class StorageOptions
{
    /// <summary>A directory.</summary>
    public string? Local { get; init; }

    /// <summary>The address of a blob container.</summary>
    public Uri? Remote { get; init; }

    /// <summary>How to log in to the blob container's account where no identity can be used; a secret.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The name of the blob container: the last segment of <see cref="Remote"/>.</summary>
    public string? Container => Remote?.Segments[^1].Trim('/');
}

/// <summary>Pins: a store of another id or key is refused. Null: not pinned.</summary>
/// <param name="Id">The store's id.</param>
/// <param name="KeyId">The id of its key, 32 hex digits.</param>
public sealed record StorePinOptions(StoreId? Id = null, string? KeyId = null);

/// <summary>How far a backup is read back.</summary>
public enum VerificationLevel
{
    /// <summary>Not at all; the commit has checked that every chunk is there.</summary>
    None,

    /// <summary>Every blob is there with its length.</summary>
    Exists,

    /// <summary>Every blob opens, and every part's bytes have the recorded hash.</summary>
    Readable,
}

/// <summary>What this app does.</summary>
public enum AppRole
{
    /// <summary>Everything: one process on one server.</summary>
    All,

    /// <summary>Backups and restores.</summary>
    Backup,

    /// <summary>Retention and pruning.</summary>
    Maintenance,
}
