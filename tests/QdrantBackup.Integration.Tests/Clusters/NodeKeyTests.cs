using QdrantBackup.Clusters;
using QdrantStandIn;
using static QdrantBackup.Integration.Tests.Clusters.NodeFixture;

namespace QdrantBackup.Integration.Tests.Clusters;

public sealed class NodeKeyTests
{
    private static readonly StandInOptions WithKeys = new() { ApiKey = "write-key", ReadOnlyApiKey = "read-key" };

    [Fact]
    public async Task The_right_key_opens_everything()
    {
        await using var fixture = await StartAsync(WithKeys, o => o with { ApiKey = "write-key" });

        Assert.Empty(await fixture.Node.ListCollectionsAsync(Stop));
        await fixture.Node.UploadSnapshotAsync("empty", UploadOf(await File.ReadAllBytesAsync(Recorded("empty"), Stop)), Stop);
        Assert.Equal(["empty"], fixture.Server.Collections);
    }

    [Theory]
    [InlineData(null, "401 Must provide an API key or an Authorization bearer token")]
    [InlineData("not-this-one", "401 Invalid API key or JWT")]
    public async Task A_missing_or_wrong_key_is_told_without_showing_it(string? key, string expected)
    {
        await using var fixture = await StartAsync(WithKeys, o => o with { ApiKey = key });

        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.ListCollectionsAsync(Stop));
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("API key", error.Hint, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.DoesNotContain("not-this-one", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_key_may_download_but_not_restore()
    {
        await using var fixture = await StartAsync(WithKeys, o => o with { ApiKey = "read-key" });
        var bytes = await File.ReadAllBytesAsync(Recorded("mixtral_vectors"), Stop);

        Assert.Empty(await fixture.Node.ListCollectionsAsync(Stop));
        var error = await Assert.ThrowsAsync<SourceException>(() => fixture.Node.UploadSnapshotAsync("copy", UploadOf(bytes), Stop));
        Assert.EndsWith("403 Forbidden: Global manage access is required", error.Message, StringComparison.Ordinal);
        Assert.Contains("manage access", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://qdrant.example:6333", "key", false)]
    [InlineData("http://10.0.0.4:6333", "key", false)]
    [InlineData("https://qdrant.example:6333", "key", true)]
    [InlineData("http://localhost:6333", "key", true)]
    [InlineData("http://[::1]:6333", "key", true)]
    [InlineData("http://qdrant.example:6333", null, true)]
    [InlineData("http://qdrant.example:6333", "a\nb", false)]
    [InlineData("https://qdrant.example:6333", "a b", false)]
    [InlineData("ftp://qdrant.example", null, false)]
    [InlineData("https://user:hunter2@qdrant.example", null, false)]
    public void A_key_never_goes_in_the_clear_and_an_address_carries_no_secret(string url, string? key, bool isFine)
    {
        using var nodes = new QdrantNodes(TimeProvider.System);
        var options = new QdrantNodeOptions { Url = new Uri(url), ApiKey = key };

        if (isFine)
        {
            Assert.Same(nodes.Open(options), nodes.Open(options with { }));
            return;
        }

        var error = Assert.Throws<UsageException>(() => nodes.Open(options));
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_http_with_a_key_can_be_allowed()
    {
        using var nodes = new QdrantNodes(TimeProvider.System);
        Assert.NotNull(nodes.Open(new QdrantNodeOptions { Url = new Uri("http://10.0.0.4:6333"), ApiKey = "key", AllowPlainHttpWithKey = true }));
    }

    [Fact]
    public void A_file_without_authorities_is_refused()
    {
        using var nodes = new QdrantNodes(TimeProvider.System);
        var options = new QdrantNodeOptions { Url = new Uri("https://10.0.0.4:6333"), CaFile = "/nowhere/ca.pem" };

        Assert.Contains("/nowhere/ca.pem", Assert.Throws<UsageException>(() => nodes.Open(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_do_not_show_the_key() =>
        Assert.DoesNotContain("secret", new QdrantNodeOptions { Url = new Uri("https://n0:6333"), ApiKey = "secret" }.ToString(), StringComparison.Ordinal);
}
