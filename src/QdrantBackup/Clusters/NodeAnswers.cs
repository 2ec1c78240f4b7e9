using System.Text.Json;
using System.Text.Json.Serialization;

namespace QdrantBackup.Clusters;

// The parts of Qdrant's answers that are read. Unknown members are ignored; ids are unsigned 64-bit numbers.
internal sealed record Envelope<T>(T? Result);

internal sealed record VersionAnswer(string? Version);

internal sealed record ClusterAnswer(string? Status, ulong? PeerId, Dictionary<string, PeerAnswer>? Peers);

internal sealed record PeerAnswer(string? Uri);

internal sealed record CollectionsAnswer(IReadOnlyList<CollectionName>? Collections);

internal sealed record CollectionName(string Name);

internal sealed record PlacementAnswer(ulong? PeerId, IReadOnlyList<ShardAnswer>? LocalShards, IReadOnlyList<ShardAnswer>? RemoteShards, IReadOnlyList<JsonElement>? ShardTransfers);

internal sealed record ShardAnswer(uint ShardId, ulong? PeerId, string State, JsonElement? ShardKey);

internal sealed record AliasesAnswer(IReadOnlyList<AliasAnswer>? Aliases);

internal sealed record AliasAnswer(string AliasName, string CollectionName);

internal sealed record CountAnswer(ulong? Count);

internal sealed record SnapshotAnswer(string Name, string? CreationTime, long Size, string? Checksum);

internal sealed record CountRequest(bool Exact);

internal sealed record AliasesRequest(IReadOnlyList<AliasAction> Actions);

internal sealed record AliasAction(AliasAnswer CreateAlias);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(Envelope<ClusterAnswer>))]
[JsonSerializable(typeof(Envelope<CollectionsAnswer>))]
[JsonSerializable(typeof(Envelope<JsonElement?>))]
[JsonSerializable(typeof(Envelope<PlacementAnswer>))]
[JsonSerializable(typeof(Envelope<AliasesAnswer>))]
[JsonSerializable(typeof(Envelope<CountAnswer>))]
[JsonSerializable(typeof(Envelope<IReadOnlyList<SnapshotAnswer>>))]
[JsonSerializable(typeof(Envelope<bool?>))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(AliasesRequest))]
internal sealed partial class NodeJson : JsonSerializerContext;
