using Azure.Storage.Blobs;
using QdrantBackup.App.Stores;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

public sealed class BlobStoreContractTests(Azurite azurite) : BackupStoreContract, IAsyncLifetime
{
    private IBackupStore? _store;

    protected override IBackupStore Store => _store!;

    [Fact]
    public async Task A_manifest_that_is_given_up_is_tagged_for_the_lifecycle_rule_and_keeps_its_modification_time()
    {
        var location = await azurite.NewContainerAsync();
        var store = StoreAddress.Open(location, TimeProvider.System);
        var name = new BlobName("manifests/20260301T020000Z-0a1b2c");
        var put = await store.PutAsync(name, "content"u8.ToArray(), PutCondition.OnlyIfAbsent, null, TestContext.Current.CancellationToken);

        await store.ExpireAsync(name, TestContext.Current.CancellationToken);

        var at = location.LastIndexOf(";Container=", StringComparison.Ordinal);
        var blob = new BlobContainerClient(location[..at], location[(at + ";Container=".Length)..]).GetBlobClient(name.Value);
        Assert.Equal([new("state", "expired")], (await blob.GetTagsAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.Tags);
        Assert.Equal(put.Modified, (await store.FindAsync(name, TestContext.Current.CancellationToken))!.Modified);
    }

    public async ValueTask InitializeAsync() => _store = StoreAddress.Open(await azurite.NewContainerAsync(), TimeProvider.System);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
