using System.Security.Cryptography;
using System.Text.Json;
using QdrantBackup.Clusters;

namespace QdrantBackup.Tests.Capture;

/// <summary>A standalone node in memory that serves real snapshots and takes uploads as Qdrant does: whole, or not at all.</summary>
internal sealed class FakeNode(string address = "http://node:6333") : IQdrantNode
{
    private readonly Dictionary<(string Collection, string Name), byte[]> _snapshots = [];
    private int _made;

    public Dictionary<string, byte[]> Collections { get; } = [];

    public List<CollectionAlias> Aliases { get; } = [];

    public string Version { get; set; } = "1.18.3";

    public bool IsCluster { get; set; }

    /// <summary>Its answer to requests for snapshots and to their deletion; null: the normal one.</summary>
    public SourceException? Refusal { get; set; }

    public bool HasChecksums { get; set; } = true;

    public bool HasETags { get; set; } = true;

    public bool HasRanges { get; set; } = true;

    /// <summary>Bytes that were read a few at a time, without a download.</summary>
    public long BytesLookedAt { get; private set; }

    public Dictionary<string, string> Status { get; } = [];

    /// <summary>The placement of every collection; null: one active shard.</summary>
    public CollectionPlacement? Placement { get; set; }

    /// <summary>How many points of every collection wait for the optimizer, so that counts leave them out.</summary>
    public ulong Hidden { get; set; }

    /// <summary>Why no points can be counted.</summary>
    public SourceException? CountFailure { get; set; }

    /// <summary>Why no snapshot can be deleted.</summary>
    public Exception? DeleteFailure { get; set; }

    public long LastUploadReceived { get; private set; }

    public bool LastUploadWasWhole { get; private set; }

    public Uri Address { get; } = new(address);

    public IEnumerable<string> SnapshotNames => _snapshots.Keys.Select(k => k.Name);

    /// <summary>Another program deletes a snapshot.</summary>
    public void Forget(string collection, string name) => _snapshots.Remove((collection, name));

    public void ForgetUploads() => (LastUploadReceived, LastUploadWasWhole) = (0, false);

    public Task<string> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult(Version);

    public Task<ClusterState> GetClusterAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ClusterState(IsCluster, 0, new Dictionary<ulong, string>()));

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Collections.Keys.Order(StringComparer.Ordinal)]);

    public Task<CollectionInfo?> DescribeCollectionAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult(Collections.ContainsKey(collection)
            ? new CollectionInfo(Status.GetValueOrDefault(collection, "green"), 1, JsonSerializer.SerializeToElement(new
            {
                points_count = Hidden > 0 ? (ulong)Collections[collection].Length : 7,
                config = new { optimizer_config = new { prevent_unoptimized = Hidden > 0 } },
            }))
            : null);

    public Task<CollectionPlacement?> GetPlacementAsync(string collection, CancellationToken cancellationToken) =>
        Task.FromResult(Collections.ContainsKey(collection) ? Placement ?? new CollectionPlacement(0, [new ShardReplica(0, 0, "Active", null)], 0) : null);

    public Task<IReadOnlyList<CollectionAlias>> ListAliasesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CollectionAlias>>([.. Aliases]);

    public Task<ulong?> CountPointsAsync(string collection, CancellationToken cancellationToken) => CountFailure is { } failure
        ? Task.FromException<ulong?>(failure)
        : Task.FromResult<ulong?>(Collections.TryGetValue(collection, out byte[]? data) ? (ulong)data.Length - Hidden : null);

    /// <summary>Whether it answers before it has made a snapshot.</summary>
    public bool IsSlow { get; set; }

    /// <summary>What it counts of snapshots; null: nothing, as before 1.16.</summary>
    public Func<SnapshotCounters?> Counters { get; set; } = () => null;

    /// <summary>Its clock; null: it shows none.</summary>
    public Func<DateTimeOffset?> Clock { get; set; } = () => null;

    public Task<SnapshotAnswer> CreateSnapshotAsync(string collection, TimeSpan longest, CancellationToken cancellationToken) => Refusal is { } refusal
        ? Task.FromException<SnapshotAnswer>(refusal)
        : Task.FromResult(new SnapshotAnswer(IsSlow ? null : Make(collection)));

    /// <summary>Somebody makes a snapshot, a second after the last one.</summary>
    public SnapshotDescription Make(string collection)
    {
        var name = $"{collection}-7-2026-09-01-02-{++_made / 60:00}-{_made % 60:00}.snapshot";
        _snapshots[(collection, name)] = Collections[collection];
        return Description(name, Collections[collection]);
    }

    public Task<SnapshotCounters?> CountSnapshotsAsync(CancellationToken cancellationToken) => Task.FromResult(Counters());

    public Task<DateTimeOffset?> GetTimeAsync(CancellationToken cancellationToken) => Task.FromResult(Clock());

    private SnapshotDescription Description(string name, byte[] data) => new(name, data.Length, null, HasChecksums ? Convert.ToHexStringLower(SHA256.HashData(data)) : null);

    public Task<IReadOnlyList<SnapshotDescription>?> ListSnapshotsAsync(string collection, CancellationToken cancellationToken) => Refusal is { } refusal
        ? Task.FromException<IReadOnlyList<SnapshotDescription>?>(refusal)
        : Task.FromResult<IReadOnlyList<SnapshotDescription>?>(Collections.ContainsKey(collection)
            ? [.. _snapshots.Where(s => s.Key.Collection == collection).Select(s => Description(s.Key.Name, s.Value))]
            : null);

    public Task<SnapshotDownload> OpenSnapshotAsync(string collection, string name, long offset, string? ifMatch, CancellationToken cancellationToken)
    {
        byte[] data = _snapshots[(collection, name)];
        var content = new MemoryStream(data, (int)offset, data.Length - (int)offset, writable: false);
        return Task.FromResult(new SnapshotDownload(content, offset, data.Length, HasETags ? "\"etag\"" : null));
    }

    public Task<SnapshotBytes> ReadSnapshotAsync(string collection, string name, long offset, int count, string? ifMatch, CancellationToken cancellationToken)
    {
        if (!HasRanges)
        {
            return Task.FromException<SnapshotBytes>(new NoRangesException("it answers with the whole file"));
        }

        byte[] data = _snapshots[(collection, name)];
        BytesLookedAt += count;
        return Task.FromResult(new SnapshotBytes(data.AsMemory((int)offset, count), data.Length, HasETags ? "\"etag\"" : null));
    }

    public Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken cancellationToken) => (Refusal ?? DeleteFailure) is { } refusal
        ? Task.FromException<bool>(refusal)
        : Task.FromResult(_snapshots.Remove((collection, name)));

    public async Task UploadSnapshotAsync(string collection, SnapshotUpload upload, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        LastUploadWasWhole = false;
        try
        {
            await upload.WriteAsync(body, cancellationToken);
        }
        finally
        {
            LastUploadReceived = body.Length;
            LastUploadWasWhole = body.Length == upload.Length;
        }

        byte[] data = body.ToArray();
        Assert.Equal(upload.Sha256, Convert.ToHexStringLower(SHA256.HashData(data)));
        Collections[collection] = data;
        _snapshots[(collection, upload.FileName)] = data;
    }

    public Task<bool> DeleteCollectionAsync(string collection, CancellationToken cancellationToken) => Task.FromResult(Collections.Remove(collection));

    public Task SetAliasesAsync(IReadOnlyList<CollectionAlias> aliases, CancellationToken cancellationToken)
    {
        Aliases.RemoveAll(a => aliases.Any(b => b.Alias == a.Alias));
        Aliases.AddRange(aliases);
        return Task.CompletedTask;
    }
}
