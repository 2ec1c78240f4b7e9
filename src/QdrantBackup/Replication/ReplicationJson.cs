using System.Text.Json.Serialization;

namespace QdrantBackup.Replication;

/// <summary>How the documents on copies are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(CopyPlan))]
[JsonSerializable(typeof(CopyBases))]
internal sealed partial class ReplicationJson : JsonSerializerContext;
