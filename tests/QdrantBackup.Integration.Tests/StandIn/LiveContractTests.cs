using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>
/// What backups rely on, asked of the stand-in and, where TEST_QDRANT_URL names one, of a real server too. Collections have random names and are deleted at the end.
/// </summary>
public sealed class LiveContractTests
{
    private static readonly IConfiguration Environment = new ConfigurationBuilder().AddEnvironmentVariables("TEST_QDRANT_").Build();

    public static TheoryData<string> Servers => Environment["URL"] is { Length: > 0 } url ? ["stand-in", url] : ["stand-in"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_collection_goes_through_a_snapshot_into_another_one(string server)
    {
        await using var standIn = await StandInServer.StartAsync(cancellationToken: Stop);
        using var nodes = new QdrantNodes(TimeProvider.System);
        var options = string.Equals(server, "stand-in", StringComparison.Ordinal)
            ? new QdrantNodeOptions { Url = standIn.Address }
            : new QdrantNodeOptions { Url = new Uri(server), ApiKey = Environment["API_KEY"], AllowPlainHttpWithKey = true };
        var node = nodes.Open(options);
        var (source, copy) = ($"backup-test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}", $"backup-test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}");
        try
        {
            await FillAsync(options, source);
            var bytes = await SnapshotAsync(node, source);
            await RefuseAsync(node, copy, bytes);
            await RestoreAsync(node, copy, bytes);
        }
        finally
        {
            await node.DeleteCollectionAsync(source, Stop);
            await node.DeleteCollectionAsync(copy, Stop);
        }

        Assert.DoesNotContain(source, await node.ListCollectionsAsync(Stop));
    }

    private static async Task FillAsync(QdrantNodeOptions options, string collection)
    {
        using var http = new HttpClient { BaseAddress = options.Url };
        if (options.ApiKey is { } key)
        {
            http.DefaultRequestHeaders.Add("api-key", key);
        }

        using var create = await http.PutAsync($"collections/{collection}", Json("""{"vectors":{"size":2,"distance":"Dot"}}"""), Stop);
        Assert.Equal(HttpStatusCode.OK, create.StatusCode);
        using var fill = await http.PutAsync($"collections/{collection}/points?wait=true", Json("""{"points":[{"id":1,"vector":[1,2]},{"id":18446744073709551615,"vector":[3,4]}]}"""), Stop);
        Assert.Equal(HttpStatusCode.OK, fill.StatusCode);
    }

    private static async Task<byte[]> SnapshotAsync(IQdrantNode node, string collection)
    {
        Assert.Equal("green", (await node.DescribeCollectionAsync(collection, Stop))!.Status);
        Assert.Equal(2ul, await node.CountPointsAsync(collection, Stop));
        Assert.All((await node.GetPlacementAsync(collection, Stop))!.Shards, shard => Assert.Equal("Active", shard.State));
        var snapshot = (await node.CreateSnapshotAsync(collection, TimeSpan.FromMinutes(1), Stop)).Made!;
        Assert.Equal(snapshot.Name, Assert.Single((await node.ListSnapshotsAsync(collection, Stop))!).Name);

        using var received = new MemoryStream();
        string? etag;
        await using (var download = await node.OpenSnapshotAsync(collection, snapshot.Name, 0, null, Stop))
        {
            etag = download.ETag;
            var half = new byte[snapshot.Size / 2];
            await download.Content.ReadExactlyAsync(half, Stop);
            await received.WriteAsync(half, Stop);
        }

        await using (var rest = await node.OpenSnapshotAsync(collection, snapshot.Name, received.Length, etag, Stop))
        {
            await rest.Content.CopyToAsync(received, Stop);
        }

        Assert.Equal(snapshot.Checksum, Convert.ToHexStringLower(SHA256.HashData(received.ToArray())));
        Assert.True(await node.DeleteSnapshotAsync(collection, snapshot.Name, Stop));
        return received.ToArray();
    }

    private static async Task RefuseAsync(IQdrantNode node, string collection, byte[] bytes)
    {
        var broken = Upload(bytes) with { WriteAsync = async (stream, cancellationToken) =>
        {
            await stream.WriteAsync(bytes.AsMemory(1), cancellationToken);
            throw new SealException("not to be trusted", "Restore another backup.");
        } };
        await Assert.ThrowsAsync<SealException>(() => node.UploadSnapshotAsync(collection, broken, Stop));
        var wrong = Upload(bytes) with { Sha256 = new string('0', 64) };
        Assert.Contains("Checksum mismatch", (await Assert.ThrowsAsync<SourceException>(() => node.UploadSnapshotAsync(collection, wrong, Stop))).Message, StringComparison.Ordinal);
        Assert.Null(await node.DescribeCollectionAsync(collection, Stop));
    }

    private static async Task RestoreAsync(IQdrantNode node, string collection, byte[] bytes)
    {
        await node.UploadSnapshotAsync(collection, Upload(bytes), Stop);
        Assert.Equal(2ul, await node.CountPointsAsync(collection, Stop));
        Assert.Null(Assert.Single((await node.ListSnapshotsAsync(collection, Stop))!).Checksum);
        Assert.True(await node.DeleteSnapshotAsync(collection, "contract.snapshot", Stop));
    }

    private static SnapshotUpload Upload(byte[] bytes) => Clusters.NodeFixture.UploadOf(bytes, "contract.snapshot");

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
