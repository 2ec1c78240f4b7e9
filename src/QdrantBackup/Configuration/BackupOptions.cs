using QdrantBackup.Configuration.Access;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
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

    /// <summary>What is verified without anybody asking.</summary>
    public VerificationOptions Verification { get; init; } = new();

    /// <summary>How many parts are captured or restored at the same time.</summary>
    public int MaxParallelParts { get; init; } = 4;

    /// <summary>Parts larger than this are transferred in ranges of this size.</summary>
    public long RangeBytes { get; init; } = 4L << 30;

    /// <summary>How long one activity transfers before it returns its position.</summary>
    public TimeSpan TransferTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many sealed chunks of one part are on their way to the store at once.</summary>
    public int ChunksInFlight { get; init; } = 4;

    /// <summary>How far this program steps back for others on its machine, 0 (not at all) to 19, as with nice(1), for the processor and the disk.</summary>
    public int NiceLevel { get; init; } = 19;

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

    /// <summary>How long a snapshot is awaited on a node that does not show what it is making.</summary>
    public TimeSpan SnapshotWait { get; init; } = TimeSpan.FromHours(6);
}

/// <summary>One Qdrant node.</summary>
/// <param name="Url">Its address.</param>
/// <param name="MaxStoredSnapshots">How many of our snapshots may lie on it at once.</param>
public sealed record QdrantNodeOptions(Uri Url, int MaxStoredSnapshots = 1);

/// <summary>How much is kept, when that is looked at, and how carefully.</summary>
public sealed record RetentionOptions
{
    /// <summary>Which backups are kept.</summary>
    public RetentionPolicy Policy { get; init; } = new();

    /// <summary>When backups are ended and what nothing needs is deleted; null: only when asked to.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Whether backups are ended after every backup too.</summary>
    public bool AfterBackups { get; init; } = true;

    /// <summary>How long an ended backup's manifest and chunks stay.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(48);

    /// <summary>The share above which ending or deleting needs an explicit yes; 0 to 1.</summary>
    public double UnusualShare { get; init; } = 0.3;

    /// <summary>Where maintenance keeps its key and what it remembers; null: in the store itself.</summary>
    public SecondStoreOptions? Memory { get; init; }

    /// <summary>When maintenance reads the newest whole backup back; null: never by itself.</summary>
    public Schedule? ReadBack { get; init; }

    /// <summary>How long the records of runs stay.</summary>
    public TimeSpan KeepRecords { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long a directory store keeps what was deleted.</summary>
    public TimeSpan KeepDeleted { get; init; } = TimeSpan.FromDays(14);
}

/// <summary>Where backups go: the blob container if one is given, else the directory; and where their second copy is kept.</summary>
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

    /// <summary>The second store, which every backup is copied into; null: there is none.</summary>
    public SecondStoreOptions? Second { get; init; }
}

/// <summary>Where the second copy of every backup is kept, or the memory of maintenance: a directory or a blob container.</summary>
public sealed class SecondStoreOptions
{
    /// <summary>A directory.</summary>
    public string? Local { get; init; }

    /// <summary>The address of a blob container.</summary>
    public Uri? Remote { get; init; }

    /// <summary>How to log in to the blob container's account where no identity can be used; a secret.</summary>
    public string? ConnectionString { get; init; }
}

/// <summary>Pins: a store of another id or key is refused. Null: not pinned.</summary>
/// <param name="Id">The store's id.</param>
/// <param name="KeyId">The id of its key, 32 hex digits.</param>
public sealed record StorePinOptions(StoreId? Id = null, string? KeyId = null);

/// <summary>What is verified without anybody asking.</summary>
public sealed record VerificationOptions
{
    /// <summary>How many shares the store is verified in unless configured otherwise: every chunk is read once a month.</summary>
    public const int DefaultShares = 30;

    /// <summary>How deep each backup is verified after its commit; null: not at all.</summary>
    public VerifyLevel? AfterBackup { get; init; } = VerifyLevel.Readable;

    /// <summary>When the next share of the whole store is verified; null: never.</summary>
    public Schedule? Rolling { get; init; }

    /// <summary>In how many shares the whole store is verified.</summary>
    public int Shares { get; init; } = DefaultShares;
}
