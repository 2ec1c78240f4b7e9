using System.Text.Json.Serialization;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>What a prune does next; the order is that of docs/format.md §7.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PrunePhase>))]
public enum PrunePhase
{
    /// <summary>List the manifests to mark.</summary>
    [JsonStringEnumMemberName("start")]
    Start,

    /// <summary>Mark the chunks that one manifest needs.</summary>
    [JsonStringEnumMemberName("mark")]
    Mark,

    /// <summary>Account for every chunk list and every manifest that a later one names.</summary>
    [JsonStringEnumMemberName("account")]
    Account,

    /// <summary>List ends and holds, write markers for dead runs, delete the manifests of dead backups.</summary>
    [JsonStringEnumMemberName("begin round")]
    BeginRound,

    /// <summary>List chunks and chunk lists.</summary>
    [JsonStringEnumMemberName("list")]
    List,

    /// <summary>List pins, then manifests, and take what they need off the garbage.</summary>
    [JsonStringEnumMemberName("check")]
    Check,

    /// <summary>Delete what is left.</summary>
    [JsonStringEnumMemberName("delete")]
    Delete,

    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>A blob that is deleted unless a later step finds that it is needed.</summary>
/// <param name="ETag">Its ETag when it was listed; only that version is deleted.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Modified">When it was put, by the store's clock.</param>
internal sealed record Garbage(string ETag, long Length, DateTimeOffset Modified)
{
    public static Garbage Of(BlobEntry entry) => new(entry.ETag, entry.Length, entry.Modified);
}

/// <summary>A prune on its way.</summary>
internal sealed class PruneWork(RunId runId)
{
    /// <summary>Number of possible first bytes of a chunk id.</summary>
    public const int Slices = 256;

    public RunId RunId { get; } = runId;

    public PrunePhase Phase { get; set; }

    /// <summary>The first byte of the chunk ids at which the next round begins.</summary>
    public int Next { get; set; }

    /// <summary>The chunks that marked manifests need, within its slice.</summary>
    public LiveChunks Live { get; set; } = new(0, Slices, 0);

    /// <summary>Manifests whose chunks are to be marked.</summary>
    public Queue<BackupId> ToMark { get; set; } = new();

    /// <summary>Backups whose chunks are marked.</summary>
    public HashSet<BackupId> Marked { get; set; } = [];

    /// <summary>What maintenance remembers of manifests, and what this step read; kept in the memory of maintenance, not with the work.</summary>
    public SeenManifests Seen { get; set; } = new(new MemoryRecord(), acceptChanges: false);

    /// <summary>Earlier backups that marked manifests name.</summary>
    public HashSet<BackupId> Earlier { get; set; } = [];

    /// <summary>Rounds that listed for too long and were started again.</summary>
    public int Restarts { get; set; }

    public PruneRound Round { get; set; } = new();

    public PruneTotals Totals { get; set; } = new();
}

/// <summary>One round: a listing of some chunks, and what of it may go.</summary>
internal sealed class PruneRound
{
    /// <summary>When its first listing began, by the store's clock.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>Backups that were ended longer than the grace period ago, are not on hold and not pinned; their manifests were deleted before chunks were listed (W2).</summary>
    public HashSet<BackupId> Dead { get; init; } = [];

    /// <summary>The next first byte to list; -1: the chunk lists.</summary>
    public int Position { get; set; }

    public long ChunksListed { get; set; }

    public long BytesListed { get; set; }

    public Dictionary<ChunkId, Garbage> Chunks { get; init; } = [];

    public Dictionary<BlobName, Garbage> Lists { get; init; } = [];
}
