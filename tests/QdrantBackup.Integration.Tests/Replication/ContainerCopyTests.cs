using QdrantBackup.App.Stores;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Replication;
using QdrantBackup.Tests.Storage;

namespace QdrantBackup.Integration.Tests.Replication;

/// <summary>From a directory into a container.</summary>
public sealed class DirectoryToContainerTests(Azurite azurite) : CopyContract, IDisposable
{
    private readonly Harness.TempFolder _folder = new();

    protected override async Task<(IBackupStore First, IBackupStore Second)> PlacesAsync() =>
        (StoreAddress.Open(_folder.File("first"), TimeProvider.System), StoreAddress.Open(await azurite.NewContainerAsync(), TimeProvider.System));

    public void Dispose() => _folder.Dispose();
}

/// <summary>From a container into a directory.</summary>
public sealed class ContainerToDirectoryTests(Azurite azurite) : CopyContract, IDisposable
{
    private readonly Harness.TempFolder _folder = new();

    protected override async Task<(IBackupStore First, IBackupStore Second)> PlacesAsync() =>
        (StoreAddress.Open(await azurite.NewContainerAsync(), TimeProvider.System), StoreAddress.Open(_folder.File("second"), TimeProvider.System));

    public void Dispose() => _folder.Dispose();
}

/// <summary>From one container into another: the service copies, and no chunk passes through this process.</summary>
public sealed class ContainerToContainerTests(Azurite azurite) : CopyContract
{
    [Fact]
    public async Task The_service_copies_a_blob_by_itself_and_never_over_one_that_is_there()
    {
        (IBackupStore first, IBackupStore second) = await PlacesAsync();
        var direct = Assert.IsAssignableFrom<IServerSideCopy>(second);
        var name = new BlobName("chunks/00/a");
        var cancellation = TestContext.Current.CancellationToken;
        await first.PutAsync(name, new byte[] { 1, 2, 3 }, PutCondition.Always, null, cancellation);
        Assert.True(direct.CanCopyFrom(first));
        Assert.Equal(3, (await direct.TryCopyFromAsync(first, name, cancellation))!.Length);
        Assert.Equal([1, 2, 3], (await second.GetAsync(name, 10, cancellation))!.Content.ToArray());

        await first.PutAsync(name, new byte[] { 9 }, PutCondition.Always, null, cancellation);
        Assert.Null(await direct.TryCopyFromAsync(first, name, cancellation));
        Assert.Equal([1, 2, 3], (await second.GetAsync(name, 10, cancellation))!.Content.ToArray());
        Assert.Null(await direct.TryCopyFromAsync(first, new BlobName("chunks/00/none"), cancellation));
        Assert.True(direct.CanCopyFrom(first));
        Assert.False(direct.CanCopyFrom(new InMemoryStore(TimeProvider.System)));
    }

    protected override async Task<(IBackupStore First, IBackupStore Second)> PlacesAsync() =>
        (StoreAddress.Open(await azurite.NewContainerAsync(), TimeProvider.System), StoreAddress.Open(await azurite.NewContainerAsync(), TimeProvider.System));
}
