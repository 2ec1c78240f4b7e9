using System.Text.Json.Serialization;

namespace QdrantBackup.Keys;

/// <summary>How the documents of the store's own description are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(StoreDescription))]
internal sealed partial class KeysJson : JsonSerializerContext;

/// <summary>store.json.</summary>
/// <param name="Format">Version of the format of the whole store.</param>
/// <param name="StoreId">The store.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Replica">True for a copy, which is never backed up into.</param>
internal sealed record StoreDescription(int Format, string StoreId, DateTimeOffset Created, bool? Replica = null);
