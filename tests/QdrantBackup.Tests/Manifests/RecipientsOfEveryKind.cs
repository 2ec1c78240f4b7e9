using KeyVaultStandIn;
using QdrantBackup.Sealing;
using QdrantBackup.Tests.OnAzure;
using QdrantBackup.Tests.Sealing;

namespace QdrantBackup.Tests.Manifests;

/// <summary>One recipient of every kind, made anew from the same keys as often as asked, as another machine would.</summary>
internal sealed class RecipientsOfEveryKind : IAsyncDisposable
{
    private const string Passphrase = "six or more random words in a row";
    private readonly KeyFiles _files = new();
    private readonly TestVault _vault;

    private RecipientsOfEveryKind(TestVault vault)
    {
        _vault = vault;
        KeyFileRecipient.Create(_files.Path("store.key")).Dispose();
        KeyFileRecipient.Create(_files.Path("second.key")).Dispose();
        PrivateKey = _files.PrivateKey();
        vault.Server.AddKey("store", TestVault.CheapRsa());
        vault.Server.AddKey("hsm", VaultedKey.Aes());
    }

    public static IReadOnlyList<string> Kinds { get; } = ["key file", "passphrase", "RSA", "Key Vault", "managed HSM"];

    public VaultServer Vault => _vault.Server;

    public string PrivateKey { get; }

    public static async Task<RecipientsOfEveryKind> MakeAsync() => new(await TestVault.StartAsync());

    /// <summary>A recipient that wraps: what a configuration names.</summary>
    public IStoreKeyRecipient Wrapping(string name) => name == "RSA" ? RsaRecipient.LoadPublic(KeyFiles.PublicKey) : Opening(name);

    /// <summary>A recipient that unwraps.</summary>
    public IStoreKeyRecipient Opening(string name) => name switch
    {
        "key file" => KeyFileRecipient.Load(_files.Path("store.key")),
        "second key file" => KeyFileRecipient.Load(_files.Path("second.key")),
        "passphrase" => PassphraseRecipient.FromText(Passphrase, "a test", Argon2idParameters.MinMemoryKiB >> 10),
        "RSA" => RsaRecipient.LoadPrivate(PrivateKey),
        "Key Vault" => _vault.Recipient("store", retries: 0),
        "managed HSM" => _vault.Recipient("hsm", retries: 0),
        _ => throw new ArgumentException($"no recipient '{name}'", nameof(name)),
    };

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        await _vault.DisposeAsync();
    }
}
