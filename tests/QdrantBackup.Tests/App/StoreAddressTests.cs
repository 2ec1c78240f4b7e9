using QdrantBackup.App.Stores;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.App;

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
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;QueueEndpoint=https://account.queue.core.windows.net/;FileEndpoint=https://account.file.core.windows.net/;TableEndpoint=https://account.table.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=b&srt=sco&sp=rwdlac&se=2027-01-01T00:00:00Z&spr=https&sig=abc%3D;Container=qdrant", "https://account.blob.core.windows.net/qdrant")]
    [InlineData("SharedAccessSignature=?sv=2024-11-04&sig=abc%3D;BlobEndpoint=https://account.blob.core.windows.net;Container=qdrant", "https://account.blob.core.windows.net/qdrant")]
    [InlineData("blobendpoint=https://account.blob.core.windows.net ; sharedaccesssignature=sv=2024-11-04&sig=abc%3D;container=qdrant", "https://account.blob.core.windows.net/qdrant")]
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
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=hunter2")]
    [InlineData("BlobEndpoint=http://account.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=hunter2;Container=qdrant")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=account;AccountKey=aHVudGVyMg==;Container=hunter2")]
    [InlineData("BlobEndpoint=hunter2;SharedAccessSignature=sv=1&sig=hunter2;Container=qdrant")]
    [InlineData("SharedAccessSignature=sv=1&sig=hunter2;Container=qdrant")]
    [InlineData("Secret=hunter2;Container=qdrant")]
    [InlineData("hunter2@host")]
    [InlineData("account.blob.core.windows.net/qdrant?sig=hunter2")]
    [InlineData("sv=1&sig=hunter2")]
    public void Anything_else_is_refused_with_a_hint_and_without_secrets(string location)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open(location, TimeProvider.System));

        Assert.NotEmpty(refusal.Hint);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;QueueEndpoint=https://account.queue.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=b&sig=abc%3D")]
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=b&sig=abc%3D;\n")]
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=b&sig=abc%3D;Container=other")]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=account;AccountKey={EmulatorKey};EndpointSuffix=core.windows.net")]
    public void A_connection_string_as_the_portal_shows_it_opens_the_configured_container(string connection) =>
        Assert.Equal(
            "https://account.blob.core.windows.net/qdrant",
            Assert.IsType<BlobStore>(StoreAddress.Open(new Uri("https://account.blob.core.windows.net/qdrant"), connection, null, TimeProvider.System)).Location);

    [Theory]
    [InlineData("hunter2")]
    [InlineData("https://account.blob.core.windows.net/qdrant?sv=1&sig=hunter2")]
    [InlineData("?sv=1&sig=hunter2")]
    [InlineData("BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=")]
    [InlineData("BlobEndpoint=https://hunter2 x/;SharedAccessSignature=sv=1&sig=hunter2")]
    [InlineData("AccountName=account;AccountKey=hunter2")]
    public void A_text_that_is_no_connection_string_is_refused_and_not_quoted(string connection)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open(new Uri("https://account.blob.core.windows.net/qdrant"), connection, null, TimeProvider.System));
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }
}
