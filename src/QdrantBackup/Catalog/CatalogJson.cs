using System.Text.Json.Serialization;

namespace QdrantBackup.Catalog;

/// <summary>How the documents on what a person confirmed are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(Confirmation))]
internal sealed partial class CatalogJson : JsonSerializerContext;
