using System.Text.Json.Serialization;

namespace QdrantBackup.Parts;

/// <summary>How the documents on manifests and copies are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(CopyRecord))]
internal sealed partial class PartsJson : JsonSerializerContext;
