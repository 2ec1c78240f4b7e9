using KeyVaultStandIn;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Tests.OnAzure;

namespace QdrantBackup.Tests.Keys;

/// <summary>One recipient of every kind, made anew from the same keys as often as asked, as another machine would.</summary>
public sealed class RecipientsOfEveryKind : IAsyncLifetime
{
    private const string Passphrase = "six or more random words in a row";
    private readonly KeyFiles _files = new();
    private TestVault _vault = null!;

    public static IReadOnlyList<string> Kinds { get; } = ["key file", "passphrase", "RSA", "Key Vault", "managed HSM"];

    public VaultServer Vault => _vault.Server;

    public static async Task<RecipientsOfEveryKind> MakeAsync()
    {
        var kinds = new RecipientsOfEveryKind();
        await kinds.InitializeAsync();
        return kinds;
    }

    public async ValueTask InitializeAsync()
    {
        KeyFileRecipient.Create(_files.Path("store.key")).Dispose();
        KeyFileRecipient.Create(_files.Path("second.key")).Dispose();
        _vault = await TestVault.StartAsync();
        _vault.Server.AddKey("store", TestVault.CheapRsa());
        _vault.Server.AddKey("hsm", VaultedKey.Aes());
    }

    /// <summary>A recipient that wraps: what a configuration names.</summary>
    public IStoreKeyRecipient Wrapping(string name) => name == "RSA" ? RsaRecipient.LoadPublic(KeyFiles.PublicKey) : Opening(name);

    /// <summary>A recipient that unwraps.</summary>
    public IStoreKeyRecipient Opening(string name) => name switch
    {
        "key file" => KeyFileRecipient.Load(_files.Path("store.key")),
        "second key file" => KeyFileRecipient.Load(_files.Path("second.key")),
        "passphrase" => PassphraseRecipient.FromText(Passphrase, "a test", Argon2idParameters.MinMemoryKiB >> 10),
        "RSA" => RsaRecipient.LoadPrivate(_files.PrivateKey()),
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
