using System.Security.Cryptography;
using QdrantBackup.Keys;

namespace QdrantBackup.Tests.Keys;

public sealed class RsaRecipientContractTests : StoreKeyRecipientContract, IDisposable
{
    // Making one takes longer than all of these tests.
    private static readonly Lazy<string> s_other = new(() =>
    {
        using var rsa = RSA.Create(3072);
        return rsa.ExportPkcs8PrivateKeyPem();
    });

    private readonly KeyFiles _files = new();

    public void Dispose() => _files.Dispose();

    protected override Task<IStoreKeyRecipient> MakeAsync() => Task.FromResult<IStoreKeyRecipient>(RsaRecipient.LoadPrivate(_files.PrivateKey()));

    protected override Task<IStoreKeyRecipient> MakeOtherAsync() => Task.FromResult<IStoreKeyRecipient>(RsaRecipient.FromPrivateText(s_other.Value, "a test"));
}
