using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Storage;

public sealed class InMemoryStoreTests : BackupStoreContract
{
    protected override IBackupStore Store { get; } = new InMemoryStore(TimeProvider.System);
}
