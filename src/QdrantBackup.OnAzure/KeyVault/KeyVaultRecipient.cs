using System.Security.Cryptography;
using System.Text;
using Azure.Core.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>
/// Wraps the store key with a key in Azure Key Vault or a managed HSM, which never leaves it. The document records the version that wrapped; only that is taken
/// from it, never the vault, so whoever can write to the store cannot have a token sent elsewhere.
/// </summary>
public sealed class KeyVaultRecipient : IStoreKeyRecipient
{
    private const string RsaOaep = "RSA-OAEP-256";
    private const string AesWrap = "A256KW";
    private const int MinRsaBits = 2048;
    private const int MaxWrappedLength = 2048;
    private const int IdLength = 8;

    private static readonly string[] Operations = ["wrapKey", "unwrapKey"];

    private readonly VaultKeyAddress _address;
    private readonly KeyVaultClient _vault;
    private readonly IKeyEncryptionKeyResolver _keys;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;

    /// <summary>Takes a key: the newest version of it unless the address names one. Nothing is asked of the vault yet.</summary>
    public KeyVaultRecipient(VaultKeyAddress address, KeyVaultConnection connection, TimeProvider time)
    {
        _address = address;
        _vault = connection.Open(address.Vault);
        _keys = connection.Keys;
        _time = time;
        _patience = connection.Patience;
    }

    /// <summary>Names this recipient: the beginning of the SHA-256 of the key's address without a version, which rotating does not change.</summary>
    public string RecipientId => $"{Kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_address.At(null).ToString())).AsSpan(0, IdLength))}";

    /// <inheritdoc/>
    public string Kind => "azure-key-vault";

    /// <inheritdoc/>
    public string Description => $"the key {_address}";

    /// <inheritdoc/>
    public bool CanUnwrap => true;

    /// <summary>Whether a key of this name wrapped it. The vault may be another one: a vault that is lost is replaced by one that its keys were restored into, names and versions kept.</summary>
    public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind && VaultKeyAddress.TryParse(wrapped.Key, out var key) && key.Version is not null && key.Name == _address.Name;

    /// <inheritdoc/>
    public async Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken)
    {
        var vaultKey = await DescribeAsync(_address, cancellationToken);
        var algorithm = AlgorithmFor(vaultKey);
        var bytes = GC.AllocateUninitializedArray<byte>(StoreKey.Length, pinned: true);
        key.Bytes.CopyTo(bytes);
        try
        {
            var wrapped = await Errors(vaultKey.Address).TranslateAsync(
                "wrap the store key", async stop => await (await ResolveAsync(vaultKey.Address, stop)).WrapKeyAsync(algorithm, bytes, stop), cancellationToken);
            return KeyDocument.Of(storeId, key, new KeyRecipient(Kind, RecipientId) { Algorithm = algorithm, Key = vaultKey.Address.ToString() }, wrapped, _time);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <inheritdoc/>
    public async Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
    {
        document.ThrowIfNotFor(this, storeId);
        if (document.Recipient.Algorithm is not { } algorithm || algorithm is not (RsaOaep or AesWrap))
        {
            throw document.UnknownAlgorithm();
        }

        if (document.Wrapped.Length > MaxWrappedLength)
        {
            throw document.Unopened(null);
        }

        var address = VersionOf(document.Recipient);
        var unwrapped = await UnwrapAsync(document, address, algorithm, cancellationToken);
        try
        {
            return document.CheckUnwrapped(unwrapped);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    /// <inheritdoc/>
    public async Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken)
    {
        var used = await DescribeAsync(VersionOf(wrapped), cancellationToken);
        var newest = await DescribeAsync(_address, cancellationToken);
        return new RecipientKeyState(used.Expires, used.IsEnabled, used.Address == newest.Address);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds no key: that is the point of it.
    }

    private VaultKeyAddress VersionOf(KeyRecipient wrapped) => VaultKeyAddress.TryParse(wrapped.Key, out var key) ? _address.At(key.Version) : _address;

    private KeyVaultErrors Errors(VaultKeyAddress key) => new(key, _patience, _time);

    private Task<IKeyEncryptionKey> ResolveAsync(VaultKeyAddress key, CancellationToken cancellationToken) => _keys.ResolveAsync(key.ToString(), cancellationToken);

    private Task<VaultKey> DescribeAsync(VaultKeyAddress key, CancellationToken cancellationToken) =>
        Errors(key).TranslateAsync("look at the key", stop => _vault.GetKeyAsync(key, stop), cancellationToken);

    private async Task<byte[]> UnwrapAsync(KeyDocument document, VaultKeyAddress address, string algorithm, CancellationToken cancellationToken)
    {
        try
        {
            return await Errors(address).TranslateAsync(
                "unwrap the store key", async stop => await (await ResolveAsync(address, stop)).UnwrapKeyAsync(algorithm, document.Wrapped, stop), cancellationToken);
        }
        catch (StoreException e) when (e.InnerException is Azure.RequestFailedException { Status: 400 })
        {
            throw document.Unopened(e);
        }
    }

    private string AlgorithmFor(VaultKey key)
    {
        var algorithm = key.Type switch
        {
            "RSA" or "RSA-HSM" when key.Bits >= MinRsaBits => RsaOaep,
            "RSA" or "RSA-HSM" => throw Unusable(key, $"has {key.Bits} bits", $"Make an RSA key of {MinRsaBits} bits or more."),
            "oct" or "oct-HSM" => AesWrap,
            _ => throw Unusable(key, $"is of type {key.Type}, which wraps nothing", "Make an RSA key, or on a managed HSM a 256-bit AES key."),
        };
        var now = _time.GetUtcNow();
        return key switch
        {
            { IsEnabled: false } => throw Unusable(key, "is disabled", "Enable it, or rotate it: a new version wraps."),
            { Expires: { } expires } when expires <= now => throw Unusable(key, $"expired {expires:u}", "Rotate it: a new version wraps. What was wrapped under this one still unwraps."),
            { NotBefore: { } notBefore } when notBefore > now => throw Unusable(key, $"is not valid before {notBefore:u}", "Wait until then, or name the version before it."),
            { Operations: var allowed } when Operations.Except(allowed).ToList() is { Count: > 0 } missing => throw Unusable(key, $"does not permit {string.Join(" and ", missing)}", "Add it to the key's permitted operations."),
            _ => algorithm,
        };
    }

    private static UsageException Unusable(VaultKey key, string why, string hint) => new($"the key {key.Address} {why}", hint);
}
