using System.Text.Json.Serialization;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Replication;
using QdrantBackup.Restores;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Usage;
using QdrantBackup.Verification;

namespace QdrantBackup.Stores;

/// <summary>How every document of a store is written: UTF-8, camelCase; unknown members are ignored (docs/format.md §6). Deeper than an answer of Qdrant may be, for manifests hold some.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 192)]
[JsonSerializable(typeof(StoreDescription))]
[JsonSerializable(typeof(FormatProbe))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(BackupSummary))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RunProgress))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RunNote))]
[JsonSerializable(typeof(OpenRunsRecord))]
[JsonSerializable(typeof(TickState))]
[JsonSerializable(typeof(Pin))]
[JsonSerializable(typeof(LeaseRecord))]
[JsonSerializable(typeof(BackupPlan))]
[JsonSerializable(typeof(PartResult))]
[JsonSerializable(typeof(RestorePlan))]
[JsonSerializable(typeof(Hold))]
[JsonSerializable(typeof(Retirement))]
[JsonSerializable(typeof(Undeletion))]
[JsonSerializable(typeof(MaintenanceKeyRecord))]
[JsonSerializable(typeof(MemoryRecord))]
[JsonSerializable(typeof(RetentionRequest))]
[JsonSerializable(typeof(Confirmation))]
[JsonSerializable(typeof(RetentionPlan))]
[JsonSerializable(typeof(RetentionMemory))]
[JsonSerializable(typeof(PruneState))]
[JsonSerializable(typeof(PrunePage))]
[JsonSerializable(typeof(VerifyPlan))]
[JsonSerializable(typeof(DamageRecord))]
[JsonSerializable(typeof(ItemDamage))]
[JsonSerializable(typeof(DamageReport))]
[JsonSerializable(typeof(VerifiedRecord))]
[JsonSerializable(typeof(CopyPlan))]
[JsonSerializable(typeof(CopyBases))]
[JsonSerializable(typeof(CopyRecord))]
[JsonSerializable(typeof(UsageReport))]
[JsonSerializable(typeof(RollingVerification))]
internal sealed partial class StoreJson : JsonSerializerContext;

/// <summary>store.json.</summary>
/// <param name="Format">Version of the format of the whole store.</param>
/// <param name="StoreId">The store.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Replica">True for a copy, which is never backed up into.</param>
internal sealed record StoreDescription(int Format, string StoreId, DateTimeOffset Created, bool? Replica = null);

/// <summary>The one member that every document has, read before the others: a newer format may look quite different.</summary>
internal sealed record FormatProbe(int? Format = null);
