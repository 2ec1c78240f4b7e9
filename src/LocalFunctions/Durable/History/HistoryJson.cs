using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable.History;

/// <summary>How events, tags and failures are written in the database.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HistoryEvent))]
[JsonSerializable(typeof(ParentLink))]
[JsonSerializable(typeof(TaskFailureDetails))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class HistoryJson : JsonSerializerContext
{
    public static string Write(HistoryEvent value) => JsonSerializer.Serialize(value, Default.HistoryEvent);

    public static HistoryEvent ReadEvent(string json) =>
        JsonSerializer.Deserialize(json, Default.HistoryEvent) ?? throw new JsonException("A history event is null.");

    public static string? Write(ParentLink? value) => value is null ? null : JsonSerializer.Serialize(value, Default.ParentLink);

    public static ParentLink? ReadParent(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Default.ParentLink);

    public static string? Write(TaskFailureDetails? value) => value is null ? null : JsonSerializer.Serialize(value, Default.TaskFailureDetails);

    public static TaskFailureDetails? ReadFailure(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Default.TaskFailureDetails);

    public static string? Write(IReadOnlyDictionary<string, string>? tags) =>
        tags is not { Count: > 0 } ? null : JsonSerializer.Serialize(tags, Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, string> ReadTags(string? json) =>
        (json is null ? null : JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringString))
        ?? new Dictionary<string, string>(StringComparer.Ordinal);
}
