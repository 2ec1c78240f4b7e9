using System.Text.Json.Serialization;

namespace QdrantBackup.Schedules;

/// <summary>The time up to which one schedule's due times are settled, and under which rule.</summary>
/// <param name="SettledThrough">Every due time up to here is served or passed; it may lie ahead when another schedule's run served the next one early.</param>
/// <param name="Cron">The expression that held then.</param>
/// <param name="TimeZone">The time zone that held then.</param>
/// <param name="Paused">Whether it was paused then.</param>
public sealed record ScheduleMark(DateTimeOffset SettledThrough, string Cron, string TimeZone, bool Paused);

/// <summary>The saved state of a cluster's schedules between ticks: one small document, replaced only by compare-and-swap.</summary>
public sealed record ScheduleState
{
    /// <summary>The only version there is.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The document's version; every document of a store has it under this name (docs/format.md).</summary>
    [JsonPropertyName("format")]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The mark of each schedule, by name.</summary>
    public IReadOnlyDictionary<string, ScheduleMark> Marks { get; init; } = new Dictionary<string, ScheduleMark>();

    /// <summary>A run that was decided and may not be started yet.</summary>
    public ScheduledRun? Pending { get; init; }
}

/// <summary>How <see cref="ScheduleState"/> is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ScheduleState))]
public sealed partial class ScheduleJson : JsonSerializerContext;
