using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Tests.Storage;

namespace QdrantBackup.Tests.Replication;

/// <summary>Two stores in memory: the copy goes from one to the other by itself.</summary>
public sealed class InMemoryCopyTests : CopyContract
{
    protected override Task<(IBackupStore First, IBackupStore Second)> PlacesAsync() =>
        Task.FromResult<(IBackupStore, IBackupStore)>((new InMemoryStore(TimeProvider.System, "memory:first"), new InMemoryStore(TimeProvider.System, "memory:second")));
}

/// <summary>Two directories: the copy passes through this process.</summary>
public sealed class DirectoryCopyTests : CopyContract, IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    protected override Task<(IBackupStore First, IBackupStore Second)> PlacesAsync() => Task.FromResult<(IBackupStore, IBackupStore)>(
        (new DirectoryStore(Path.Combine(_folder.Path, "first"), TimeProvider.System), new DirectoryStore(Path.Combine(_folder.Path, "second"), TimeProvider.System)));

    public void Dispose() => _folder.Dispose();
}
