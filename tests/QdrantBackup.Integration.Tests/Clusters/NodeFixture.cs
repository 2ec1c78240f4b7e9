using System.Security.Cryptography;
using QdrantBackup.Clusters;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.Clusters;

/// <summary>A stand-in and a node that talks to it.</summary>
internal sealed class NodeFixture : IAsyncDisposable
{
    private readonly QdrantNodes _nodes = new(TimeProvider.System);

    private NodeFixture(StandInServer server, QdrantNodeOptions options)
    {
        Server = server;
        Options = options;
        Node = _nodes.Open(options);
    }

    public StandInServer Server { get; }

    public QdrantNodeOptions Options { get; }

    public IQdrantNode Node { get; }

    /// <summary>So little patience that a test sees its end.</summary>
    public static IDisposable Impatient() => Patience.Use(new Patience
    {
        Away = TimeSpan.FromMilliseconds(300), Failing = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromMilliseconds(5),
    });

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<NodeFixture> StartAsync(StandInOptions? options = null, Func<QdrantNodeOptions, QdrantNodeOptions>? configure = null)
    {
        var server = await StandInServer.StartAsync(options, Stop);
        var nodeOptions = new QdrantNodeOptions { Url = server.Address, RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(20) };
        return new NodeFixture(server, configure?.Invoke(nodeOptions) ?? nodeOptions);
    }

    /// <summary>Loads a recorded snapshot and makes the server store one of it.</summary>
    public async Task<SnapshotDescription> StoredSnapshotAsync(string collection)
    {
        Server.SetCollection(collection, Recorded(collection));
        return (await Node.CreateSnapshotAsync(collection, TimeSpan.FromMinutes(1), Stop)).Made!;
    }

    public static string Recorded(string collection) => Path.Combine(Fixtures.Directory!, "snapshots", $"{collection}.snapshot");

    public static SnapshotUpload UploadOf(byte[] bytes, string name = "upload.snapshot") => new(
        name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), async (stream, cancellationToken) => await stream.WriteAsync(bytes, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        _nodes.Dispose();
        await Server.DisposeAsync();
    }
}
