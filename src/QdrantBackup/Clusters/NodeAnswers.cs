using System.Text.Json;
using System.Text.Json.Serialization;

namespace QdrantBackup.Clusters;

// The parts of Qdrant's answers that are read. Unknown members are ignored; ids are unsigned 64-bit numbers.
internal sealed record Envelope<T>(T? Result = default);

internal sealed record VersionAnswer(string? Version = null);

internal sealed record ClusterAnswer(string? Status = null, ulong? PeerId = null, Dictionary<string, JsonElement>? Peers = null);

// Lists that others may write into are read entry by entry: see OddEntries.
internal sealed record CollectionsAnswer(IReadOnlyList<JsonElement>? Collections = null);

internal sealed record PlacementAnswer(
    ulong? PeerId = null, IReadOnlyList<ShardAnswer?>? LocalShards = null, IReadOnlyList<ShardAnswer?>? RemoteShards = null, IReadOnlyList<JsonElement>? ShardTransfers = null);

internal sealed record ShardAnswer(uint ShardId, string State, ulong? PeerId = null, JsonElement? ShardKey = null);

internal sealed record AliasesAnswer(IReadOnlyList<JsonElement>? Aliases = null);

internal sealed record AliasAnswer(string AliasName, string CollectionName);

internal sealed record CountAnswer(ulong? Count = null);

internal sealed record TelemetryAnswer(TelemetryApp? App = null, TelemetryCollections? Collections = null);

internal sealed record TelemetryApp(string? Startup = null);

// Before 1.16 there are no snapshots in it.
internal sealed record TelemetryCollections(IReadOnlyList<JsonElement>? Snapshots = null);

internal sealed record CountRequest(bool Exact);

internal sealed record AliasesRequest(IReadOnlyList<AliasAction> Actions);

internal sealed record AliasAction(AliasAnswer CreateAlias);

// Depth: a collection's own metadata may be nested as deep as the server takes it, 128.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 160)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(Envelope<ClusterAnswer>))]
[JsonSerializable(typeof(Envelope<CollectionsAnswer>))]
[JsonSerializable(typeof(Envelope<JsonElement?>))]
[JsonSerializable(typeof(Envelope<PlacementAnswer>))]
[JsonSerializable(typeof(Envelope<AliasesAnswer>))]
[JsonSerializable(typeof(Envelope<CountAnswer>))]
[JsonSerializable(typeof(Envelope<TelemetryAnswer>))]
[JsonSerializable(typeof(Envelope<IReadOnlyList<JsonElement>>))]
[JsonSerializable(typeof(Envelope<bool?>))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(AliasesRequest))]
internal sealed partial class NodeJson : JsonSerializerContext;
