using System.Text.Json;
using System.Text.Json.Serialization;

namespace QdrantBackup.Clusters;

/// <summary>
/// The port to one Qdrant node, addressed directly and never through a load balancer: a snapshot holds only what is local to the node that made it.
/// </summary>
/// <remarks>Failures are <see cref="SourceException"/>, with the server's message, its status and a hint. Names are percent-encoded by the implementation.</remarks>
public interface IQdrantNode
{
    /// <summary>The node's configured address.</summary>
    Uri Address { get; }

    /// <summary>GET /: the server's version, e.g. 1.18.3.</summary>
    Task<string> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>GET /cluster: whether the node is part of a cluster, and its peers.</summary>
    Task<ClusterState> GetClusterAsync(CancellationToken cancellationToken);

    /// <summary>GET /collections: names, in ordinal order. An entry without a readable name is in it once, as an empty name.</summary>
    Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken);

    /// <summary>GET /collections/{c}, or null when it does not exist.</summary>
    Task<CollectionInfo?> DescribeCollectionAsync(string collection, CancellationToken cancellationToken);

    /// <summary>GET /collections/{c}/cluster: where its shards are as this node sees it, or null when it does not exist.</summary>
    Task<CollectionPlacement?> GetPlacementAsync(string collection, CancellationToken cancellationToken);

    /// <summary>GET /aliases. An entry without a readable alias is left out; one without a readable collection has an empty one.</summary>
    Task<IReadOnlyList<CollectionAlias>> ListAliasesAsync(CancellationToken cancellationToken);

    /// <summary>POST /collections/{c}/points/count, exact; null when the collection does not exist.</summary>
    Task<ulong?> CountPointsAsync(string collection, CancellationToken cancellationToken);

    /// <summary>
    /// POST /collections/{c}/snapshots?wait=true: makes a snapshot, and waits for a bounded time: only who waits learns why one is refused. What is not answered by then goes on in the
    /// node without us. A failure is the node's own word that it made none.
    /// </summary>
    Task<SnapshotAnswer> CreateSnapshotAsync(string collection, TimeSpan longest, CancellationToken cancellationToken);

    /// <summary>GET /telemetry and /aliases: which snapshots are being made and how many were begun; null where the node does not report it, or not to this key.</summary>
    Task<SnapshotCounters?> CountSnapshotsAsync(CancellationToken cancellationToken) => Task.FromResult<SnapshotCounters?>(null);

    /// <summary>The node's clock, to the second; null where it shows none.</summary>
    Task<DateTimeOffset?> GetTimeAsync(CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>GET /collections/{c}/snapshots, unordered; null when the collection does not exist. An odd entry has a <see cref="SnapshotDescription.Problem"/>, and must not be used.</summary>
    Task<IReadOnlyList<SnapshotDescription>?> ListSnapshotsAsync(string collection, CancellationToken cancellationToken);

    /// <summary>
    /// GET /collections/{c}/snapshots/{name} from <paramref name="offset"/> on. With an offset above 0, <paramref name="ifMatch"/> must be the ETag of the first answer:
    /// a changed file is then a <see cref="SourceException"/>, as is an answer that does not begin at the offset.
    /// </summary>
    Task<SnapshotDownload> OpenSnapshotAsync(string collection, string name, long offset, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>
    /// GET /collections/{c}/snapshots/{name}, <paramref name="count"/> bytes from <paramref name="offset"/> on and no more. With <paramref name="ifMatch"/>, the file must
    /// still be that one. A server that answers with something else than the range is a <see cref="NoRangesException"/>.
    /// </summary>
    Task<SnapshotBytes> ReadSnapshotAsync(string collection, string name, long offset, int count, string? ifMatch, CancellationToken cancellationToken) =>
        Task.FromException<SnapshotBytes>(new NoRangesException("it cannot be asked for them"));

    /// <summary>DELETE /collections/{c}/snapshots/{name}; false when there was none.</summary>
    Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken cancellationToken);

    /// <summary>
    /// POST /collections/{c}/snapshots/upload with priority=snapshot and the checksum, as one multipart part of exactly <paramref name="upload"/>.Length bytes.
    /// If <see cref="SnapshotUpload.WriteAsync"/> throws, the connection is broken off before the body ends, so that the server drops the upload, and that exception is rethrown as it is.
    /// </summary>
    Task UploadSnapshotAsync(string collection, SnapshotUpload upload, CancellationToken cancellationToken);

    /// <summary>DELETE /collections/{c}; false when there was none.</summary>
    Task<bool> DeleteCollectionAsync(string collection, CancellationToken cancellationToken);

    /// <summary>POST /collections/aliases: makes each alias point to its collection, replacing what it pointed to, in one request.</summary>
    Task SetAliasesAsync(IReadOnlyList<CollectionAlias> aliases, CancellationToken cancellationToken);
}

/// <summary>GET /cluster.</summary>
/// <param name="IsEnabled">False on a standalone server.</param>
/// <param name="PeerId">This node's peer id; 0 on a standalone server.</param>
/// <param name="Peers">All peers, id to the address of their internal protocol.</param>
public sealed record ClusterState(bool IsEnabled, ulong PeerId, IReadOnlyDictionary<ulong, string> Peers)
{
    /// <summary>Whether the node has everything. A cluster of one peer, as a Helm chart makes it by default, is like a standalone server.</summary>
    public bool IsAlone => !IsEnabled || (Peers.Count == 1 && Peers.ContainsKey(PeerId));
}

/// <summary>GET /collections/{c}: what backups read of it, and the whole answer for the manifest.</summary>
/// <param name="Status">green, yellow, grey or red.</param>
/// <param name="ShardNumber">How many shards it was made with.</param>
/// <param name="Result">The whole <c>result</c> object: configuration, payload schema, counts.</param>
public sealed record CollectionInfo(string Status, int ShardNumber, JsonElement Result);

/// <summary>GET /collections/{c}/cluster.</summary>
/// <param name="PeerId">The node that answered.</param>
/// <param name="Shards">Every replica it knows, local ones first.</param>
/// <param name="TransferCount">How many shard transfers are going on.</param>
public sealed record CollectionPlacement(ulong PeerId, IReadOnlyList<ShardReplica> Shards, int TransferCount);

/// <summary>One replica of one shard.</summary>
/// <param name="ShardId">The shard.</param>
/// <param name="PeerId">The peer that holds this replica.</param>
/// <param name="State">Active, Dead, Partial, Recovery, ManualRecovery …</param>
/// <param name="ShardKey">The shard key of custom sharding, as JSON, or null.</param>
public sealed record ShardReplica(uint ShardId, ulong PeerId, string State, JsonElement? ShardKey);

/// <summary>An alias and the collection it points to.</summary>
public sealed record CollectionAlias(string Alias, string Collection);

/// <summary>One stored snapshot as a listing shows it.</summary>
/// <param name="Name">File name on the node.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="CreationTime">As the server wrote it (UTC without a zone), or null.</param>
/// <param name="Checksum">SHA-256 of the file in lower-case hex, or null where the server has none.</param>
public sealed record SnapshotDescription(string Name, long Size, string? CreationTime, string? Checksum)
{
    /// <summary>Why it cannot be used, where its entry in the listing is odd; null for a sound one.</summary>
    [JsonIgnore]
    public string? Problem { get; init; }
}

/// <summary>What a node counts of snapshots since its process was started. It counts beginnings, failed ones too, by the name that the request used.</summary>
/// <param name="Startup">When the process was started: counts of another one cannot be compared.</param>
/// <param name="Aliases">The aliases that exist.</param>
/// <param name="Counts">By name, which may be an alias's.</param>
public sealed record SnapshotCounters(string Startup, IReadOnlyList<CollectionAlias> Aliases, IReadOnlyDictionary<string, SnapshotCount> Counts)
{
    /// <summary>What is counted for a collection, under its own name and those of its aliases.</summary>
    public SnapshotCount Of(string collection)
    {
        var names = Aliases.Where(a => a.Collection == collection).Select(a => a.Alias).Append(collection).ToHashSet(StringComparer.Ordinal);
        var counts = Counts.Where(c => names.Contains(c.Key)).Select(c => c.Value).ToList();
        return new(counts.Sum(c => c.Running), counts.Sum(c => c.Begun));
    }
}

/// <summary>How many snapshots are being made, and how many were begun.</summary>
public readonly record struct SnapshotCount(int Running, long Begun);

/// <summary>The answer to a request for a snapshot.</summary>
/// <param name="Made">The snapshot that was made; null when there was no answer in time, or none by the node itself.</param>
/// <param name="IsStrange">Whether something else than the node answered: nothing of what follows can be laid at our request's door.</param>
public sealed record SnapshotAnswer(SnapshotDescription? Made, bool IsStrange = false);

/// <summary>An open download. Disposing it gives the connection up.</summary>
/// <param name="Content">The bytes, from the offset asked for; a stream that ends early throws <see cref="SourceException"/> instead of ending.</param>
/// <param name="Offset">Where the content begins.</param>
/// <param name="TotalLength">Length of the whole snapshot.</param>
/// <param name="ETag">To resume with, or null when it cannot be resumed.</param>
public sealed record SnapshotDownload(Stream Content, long Offset, long TotalLength, string? ETag) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>Some bytes of a snapshot.</summary>
/// <param name="Bytes">As many as were asked for.</param>
/// <param name="TotalLength">Length of the whole snapshot.</param>
/// <param name="ETag">The file's ETag, or null where the server gives none.</param>
public sealed record SnapshotBytes(ReadOnlyMemory<byte> Bytes, long TotalLength, string? ETag);

/// <summary>The server offers no ranges of its snapshots: they can be read from the beginning only.</summary>
public sealed class NoRangesException(string reason)
    : SourceException(reason, "Nothing has to be done: such a snapshot is transferred in one stream, which cannot be resumed.");

/// <summary>What to upload.</summary>
/// <param name="FileName">A unique name; the server keeps a copy under it that has to be deleted.</param>
/// <param name="Length">Exact length in bytes.</param>
/// <param name="Sha256">Lower-case hex; the server refuses anything else.</param>
/// <param name="WriteAsync">Writes the bytes. It throws when they must not be trusted, before the last one is written.</param>
public sealed record SnapshotUpload(string FileName, long Length, string Sha256, Func<Stream, CancellationToken, Task> WriteAsync);
