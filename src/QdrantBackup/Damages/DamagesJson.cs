using System.Text.Json.Serialization;

namespace QdrantBackup.Damages;

/// <summary>How the documents on what is known to be damaged are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(DamageRecord))]
[JsonSerializable(typeof(VerifiedRecord))]
[JsonSerializable(typeof(ItemDamage))]
[JsonSerializable(typeof(DamageReport))]
internal sealed partial class DamagesJson : JsonSerializerContext;
