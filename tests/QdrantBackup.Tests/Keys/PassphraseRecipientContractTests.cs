using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Keys;

public sealed class PassphraseRecipientContractTests : StoreKeyRecipientContract
{
    private const int LeastMiB = Argon2idParameters.MinMemoryKiB >> 10;

    protected override Task<IStoreKeyRecipient> MakeAsync() => Make("a passphrase of six or more words");

    protected override Task<IStoreKeyRecipient> MakeOtherAsync() => Make("another passphrase of some words");

    private static Task<IStoreKeyRecipient> Make(string text) => Task.FromResult<IStoreKeyRecipient>(PassphraseRecipient.FromText(text, "a test", LeastMiB));
}
