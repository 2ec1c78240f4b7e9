using QdrantBackup.Keys;

namespace QdrantBackup.Tests.Keys;

public sealed class KeyFileRecipientContractTests : StoreKeyRecipientContract, IDisposable
{
    private readonly KeyFiles _files = new();

    public void Dispose() => _files.Dispose();

    protected override Task<IStoreKeyRecipient> MakeAsync() => Task.FromResult<IStoreKeyRecipient>(KeyFileRecipient.Create(_files.Path("one.key")));

    protected override Task<IStoreKeyRecipient> MakeOtherAsync() => Task.FromResult<IStoreKeyRecipient>(KeyFileRecipient.Create(_files.Path("other.key")));
}
