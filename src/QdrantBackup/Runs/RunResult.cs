using System.Text.Json.Serialization;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Runs;

/// <summary>How a run ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>All that was asked for was done.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    /// <summary>A part was done, and the missing rest is listed.</summary>
    [JsonStringEnumMemberName("partial")]
    Partial,

    /// <summary>Nothing that can be relied on was done.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>A person cancelled it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>A gate refused; nothing was done.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>The record of a run's end; the first one written is valid.</summary>
public sealed record RunResult
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>How it ended.</summary>
    public required RunState State { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>The backup that was made, restored or verified.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>Why a person must confirm the backup that was made before it counts, or null.</summary>
    public string? Suspect { get; init; }

    /// <summary>What failed, for people.</summary>
    public string? Error { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }

    /// <summary>How much was moved.</summary>
    public CaptureTotals Totals { get; init; } = CaptureTotals.None;

    /// <summary>What was pruned, when the run is a retention.</summary>
    public PruneTotals? Pruned { get; init; }

    /// <summary>How much was freed and when the rest follows, when the run is a retention.</summary>
    public RoomReport? Room { get; init; }

    /// <summary>Each collection or part that is worth a line.</summary>
    public IReadOnlyList<RunItem> Items { get; init; } = [];

    /// <summary>Notes for people, e.g. that blobs came from the second store.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The runs that follow this one: the copy into the second store, the verification.</summary>
    public IReadOnlyList<FollowUp> FollowUps { get; init; } = [];
}

/// <summary>A run that follows another.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="RunId">The run.</param>
/// <param name="InstanceId">Its orchestration's instance id.</param>
public sealed record FollowUp(RunKind Kind, RunId RunId, string InstanceId)
{
    /// <summary>The beginning of "requested by" for a run that follows a backup; the backup's id comes after it.</summary>
    public const string RequestedByPrefix = "backup ";
}

/// <summary>One line of a run's result.</summary>
/// <param name="Name">The collection, or another subject.</param>
/// <param name="State">How it went.</param>
/// <param name="Bytes">Bytes moved.</param>
/// <param name="Error">What failed.</param>
/// <param name="Hint">What to do about it.</param>
/// <param name="ErrorKind">The kind of failure, where callers need to distinguish them.</param>
public sealed record RunItem(string Name, RunState State, long Bytes = 0, string? Error = null, string? Hint = null, string? ErrorKind = null);

/// <summary>A note on a run, by a person or by the app (e.g. that a snapshot was left on a node).</summary>
/// <param name="RunId">The run.</param>
/// <param name="At">When it was made.</param>
/// <param name="By">Who made it.</param>
/// <param name="Text">The note.</param>
public sealed record RunNote(RunId RunId, DateTimeOffset At, string By, string Text)
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;
}

/// <summary>All records of a run except its plan.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Result">How it ended, or null while it goes on.</param>
/// <param name="Notes">Notes, oldest first.</param>
public sealed record RunOverview(RunRequest Request, RunResult? Result, IReadOnlyList<RunNote> Notes)
{
    /// <summary>Whether it is dated ahead of the store's clock: then it is not evidence of what happened last.</summary>
    public bool IsAhead { get; init; }

    /// <summary>When its request was written, by the store's clock.</summary>
    public DateTimeOffset Asked { get; init; }
}
