using System.Text.Json.Serialization;

namespace QdrantBackup.Runs;

/// <summary>How the documents on runs are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RunNote))]
[JsonSerializable(typeof(OpenRunsRecord))]
[JsonSerializable(typeof(TickState))]
[JsonSerializable(typeof(Pin))]
[JsonSerializable(typeof(LeaseRecord))]
[JsonSerializable(typeof(StartsRecord))]
[JsonSerializable(typeof(RetentionRequest))]
internal sealed partial class RunsJson : JsonSerializerContext;
