using KeyVaultStandIn;
using QdrantBackup.Keys;
using QdrantBackup.Tests.Keys;

namespace QdrantBackup.Tests.OnAzure;

public sealed class KeyVaultRecipientContractTests : StoreKeyRecipientContract, IAsyncLifetime
{
    private TestVault _vault = null!;

    public async ValueTask InitializeAsync() => _vault = await TestVault.StartAsync();

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    protected override Task<IStoreKeyRecipient> MakeAsync() => Task.FromResult<IStoreKeyRecipient>(_vault.Add("store"));

    protected override Task<IStoreKeyRecipient> MakeOtherAsync() => Task.FromResult<IStoreKeyRecipient>(_vault.Add("other", VaultedKey.Rsa()));
}

public sealed class ManagedHsmRecipientContractTests : StoreKeyRecipientContract, IAsyncLifetime
{
    private TestVault _vault = null!;

    public async ValueTask InitializeAsync() => _vault = await TestVault.StartAsync();

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    protected override Task<IStoreKeyRecipient> MakeAsync() => Task.FromResult<IStoreKeyRecipient>(_vault.Add("store", VaultedKey.Aes()));

    protected override Task<IStoreKeyRecipient> MakeOtherAsync() => Task.FromResult<IStoreKeyRecipient>(_vault.Add("other", VaultedKey.Aes()));
}
