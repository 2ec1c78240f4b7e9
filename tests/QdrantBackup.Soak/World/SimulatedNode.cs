using System.Security.Cryptography;
using System.Text.Json;
using QdrantBackup.Clusters;

namespace QdrantBackup.Soak.World;

/// <summary>A node with one collection whose snapshots the simulation makes; it never fails.</summary>
internal sealed class SimulatedNode : IQdrantNode
{
    public const string Collection = "docs";

    private readonly Dictionary<string, byte[]> _snapshots = [];

    public Uri Address { get; } = new("http://node:6333");

    public SnapshotDescription MakeSnapshot(string name, byte[] content)
    {
        _snapshots[name] = content;
        return new SnapshotDescription(name, content.Length, null, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    public Task<string> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult("1.18.3");

    public Task<ClusterState> GetClusterAsync(CancellationToken cancellationToken) => Task.FromResult(new ClusterState(false, 0, new Dictionary<ulong, string>()));

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([Collection]);

    public Task<CollectionInfo?> DescribeCollectionAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult<CollectionInfo?>(new CollectionInfo("green", 1, JsonSerializer.SerializeToElement(new { points_count = 1 })));

    public Task<CollectionPlacement?> GetPlacementAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult<CollectionPlacement?>(new CollectionPlacement(0, [new ShardReplica(0, 0, "Active", null)], 0));

    public Task<IReadOnlyList<CollectionAlias>> ListAliasesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CollectionAlias>>([]);

    public Task<ulong?> CountPointsAsync(string collection, CancellationToken cancellationToken) => Task.FromResult<ulong?>(1);

    public Task<SnapshotDownload> OpenSnapshotAsync(string collection, string name, long offset, string? ifMatch, CancellationToken cancellationToken)
    {
        byte[] content = _snapshots[name];
        return Task.FromResult(new SnapshotDownload(new MemoryStream(content, (int)offset, content.Length - (int)offset, writable: false), offset, content.Length, "\"e\""));
    }

    public Task<SnapshotAnswer> CreateSnapshotAsync(string collection, TimeSpan longest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<SnapshotDescription>?> ListSnapshotsAsync(string collection, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UploadSnapshotAsync(string collection, SnapshotUpload upload, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> DeleteCollectionAsync(string collection, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetAliasesAsync(IReadOnlyList<CollectionAlias> aliases, CancellationToken cancellationToken) => throw new NotSupportedException();
}
