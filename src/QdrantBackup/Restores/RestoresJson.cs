using System.Text.Json.Serialization;

namespace QdrantBackup.Restores;

/// <summary>How the documents on restores are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(RestoreApproval))]
internal sealed partial class RestoresJson : JsonSerializerContext;
