using QdrantBackup.OnAzure;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

public sealed class BlobStoreContractTests(Azurite azurite) : BackupStoreContract, IAsyncLifetime
{
    private IBackupStore? _store;

    protected override IBackupStore Store => _store!;

    public async ValueTask InitializeAsync() => _store = Stores.Open(await azurite.NewContainerAsync(), TimeProvider.System);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
