using System.Text.Json.Serialization;

namespace QdrantBackup.Retention;

/// <summary>How the documents on retention are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(Hold))]
[JsonSerializable(typeof(RetentionPlan))]
[JsonSerializable(typeof(RetentionMemory))]
[JsonSerializable(typeof(PruneState))]
[JsonSerializable(typeof(PrunePage))]
internal sealed partial class RetentionJson : JsonSerializerContext;
