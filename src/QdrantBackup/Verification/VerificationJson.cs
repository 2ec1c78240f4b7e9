using System.Text.Json.Serialization;

namespace QdrantBackup.Verification;

/// <summary>How the documents on verifications are written: as every document of a store (<see cref="QdrantBackup.Stores.StoreJson"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(VerifyPlan))]
[JsonSerializable(typeof(RollingVerification))]
internal sealed partial class VerificationJson : JsonSerializerContext;
