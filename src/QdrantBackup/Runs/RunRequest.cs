using System.Text.Json.Serialization;
using QdrantBackup.Ids;

namespace QdrantBackup.Runs;

/// <summary>What a run does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunKind>))]
public enum RunKind
{
    /// <summary>Backs up a cluster.</summary>
    [JsonStringEnumMemberName("backup")]
    Backup,

    /// <summary>Restores collections.</summary>
    [JsonStringEnumMemberName("restore")]
    Restore,

    /// <summary>Reads back and proves.</summary>
    [JsonStringEnumMemberName("verify")]
    Verify,

    /// <summary>Reads back, and repairs damaged blobs from the other store.</summary>
    [JsonStringEnumMemberName("repair")]
    Repair,

    /// <summary>Copies backups into the second store, or back.</summary>
    [JsonStringEnumMemberName("copy")]
    Copy,

    /// <summary>Ends backups by policy and prunes.</summary>
    [JsonStringEnumMemberName("retention")]
    Retention,
}

/// <summary>The sealed record that is written before anything is scheduled: who asked for what. An attacker who can start orchestrations but has no key cannot write one.</summary>
public sealed record RunRequest
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What it does; the request of that kind is set, the others are null.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The cluster it works on.</summary>
    public required string Cluster { get; init; }

    /// <summary>Who asked: the name of an API key, a schedule, or the user of the command line.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>The orchestration's instance id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>What to back up.</summary>
    public BackupRequest? Backup { get; init; }

    /// <summary>What to restore.</summary>
    public RestoreRequest? Restore { get; init; }

    /// <summary>What to verify or to repair.</summary>
    public VerifyRequest? Verify { get; init; }

    /// <summary>What to copy.</summary>
    public CopyRequest? Copy { get; init; }

    /// <summary>What to end and prune.</summary>
    public RetentionRequest? Retention { get; init; }

    /// <summary>The prefix of the instance ids of all runs of a kind in a cluster; searches use it.</summary>
    public static string InstancePrefix(RunKind kind, string cluster) => $"{kind.ToString().ToLowerInvariant()}-{cluster}-";
}
