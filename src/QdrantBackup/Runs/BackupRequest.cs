using System.Text.Json.Serialization;
using QdrantBackup.Parts;

namespace QdrantBackup.Runs;

/// <summary>What to back up.</summary>
public sealed record BackupRequest
{
    private const string Everything = "*";

    /// <summary>Collections to take: names or simple patterns with * and ?; empty takes all.</summary>
    public IReadOnlyList<string> Collections { get; init; } = [];

    /// <summary>Collections to leave out: names or patterns.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether an empty backup is allowed. It is suspect until a person confirms it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllowEmpty { get; init; }

    /// <summary>The purpose of this backup, as a note.</summary>
    public string? Description { get; init; }

    /// <summary>Labels to find it by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The schedule that asks, or null.</summary>
    public string? Schedule { get; init; }

    /// <summary>Retention classes that the schedule gives.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The time up to which this run serves each schedule's due times; null when no schedule asks, and in requests of earlier versions.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? Settles { get; init; }

    /// <summary>The selection; null where every collection is asked for, which makes a whole backup.</summary>
    [JsonIgnore]
    public BackupSelection? Selection => Exclude.Count == 0 && (Collections.Count == 0 || Collections.Contains(Everything)) ? null : new BackupSelection(Collections, Exclude);
}
