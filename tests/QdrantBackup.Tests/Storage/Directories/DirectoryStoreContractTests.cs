using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.Storage.Directories;

public sealed class DirectoryStoreContractTests : BackupStoreContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public DirectoryStoreContractTests() => Store = new DirectoryStore(Path.Combine(_directory.Path, "store"), TimeProvider.System);

    protected override IBackupStore Store { get; }

    public void Dispose() => _directory.Dispose();
}
