using QdrantBackup.OnAzure;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.OnAzure;

public sealed class StoreAddressTests
{
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    [Theory]
    [InlineData("/var/backups/qdrant", "/var/backups/qdrant")]
    [InlineData("/opt/qdrant/backups/", "/opt/qdrant/backups")]
    [InlineData("file:///var/backups/qdrant", "/var/backups/qdrant")]
    public void A_path_or_a_file_address_is_a_directory(string location, string expected) =>
        Assert.Equal(expected, Assert.IsType<DirectoryStore>(StoreAddress.Open(location, TimeProvider.System)).Location);

    [Theory]
    [InlineData("https://account.blob.core.windows.net/qdrant", "https://account.blob.core.windows.net/qdrant")]
    [InlineData("https://account.blob.core.windows.net/qdrant?sv=1&sig=abc%3D", "https://account.blob.core.windows.net/qdrant")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/qdrant?sv=1&sig=abc%3D", "http://127.0.0.1:10000/devstoreaccount1/qdrant")]
    [InlineData("UseDevelopmentStorage=true;Container=qdrant", "http://127.0.0.1:10000/devstoreaccount1/qdrant")]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=account;AccountKey={EmulatorKey};EndpointSuffix=core.windows.net;Container=qdrant", "https://account.blob.core.windows.net/qdrant")]
    public void An_address_or_a_connection_string_is_a_container_and_shows_no_secret(string location, string expected) =>
        Assert.Equal(expected, Assert.IsType<BlobStore>(StoreAddress.Open(location, TimeProvider.System)).Location);

    [Theory]
    [InlineData("backups")]
    [InlineData("")]
    [InlineData("rsync://user:hunter2@host/backups?sig=hunter2")]
    [InlineData("https://account.blob.core.windows.net/?sig=hunter2")]
    [InlineData("https://account.blob.core.windows.net/qdrant/folder?sig=hunter2")]
    [InlineData("http://account.blob.core.windows.net/qdrant?sig=hunter2")]
    [InlineData("https://user:hunter2@account.blob.core.windows.net/qdrant/folder")]
    [InlineData("UseDevelopmentStorage=true")]
    [InlineData("AccountName=account;AccountKey=hunter2;Container=qdrant")]
    [InlineData("AccountName=account;AccountKey=hunter2;=;Container=qdrant")]
    public void Anything_else_is_refused_with_a_hint_and_without_secrets(string location)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open(location, TimeProvider.System));

        Assert.NotEmpty(refusal.Hint);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }
}
