using System.Text.Json.Serialization;

namespace QdrantBackup.Capture;

/// <summary>How the documents on backups under way are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(BackupPlan))]
[JsonSerializable(typeof(BackupPlanPage))]
[JsonSerializable(typeof(PartResult))]
internal sealed partial class CaptureJson : JsonSerializerContext;
