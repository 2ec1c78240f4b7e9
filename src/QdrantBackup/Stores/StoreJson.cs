using System.Text.Json.Serialization;

namespace QdrantBackup.Stores;

/// <summary>How every document of a store is written: UTF-8, camelCase; unknown members are ignored (docs/format.md §6). Manifests hold answers of Qdrant, so the depth is greater than theirs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(FormatProbe))]
[JsonSerializable(typeof(Retirement))]
[JsonSerializable(typeof(Undeletion))]
[JsonSerializable(typeof(MaintenanceKeyRecord))]
[JsonSerializable(typeof(MemoryRecord))]
internal sealed partial class StoreJson : JsonSerializerContext;

/// <summary>The one member that every document has, read before the others: a newer format may look quite different.</summary>
internal sealed record FormatProbe(int? Format = null);
