using System.Security.Cryptography;

namespace KeyVaultStandIn;

/// <summary>A key and its versions, the newest last.</summary>
public sealed class VaultedKey(params VaultedVersion[] versions)
{
    public List<VaultedVersion> Versions { get; } = [.. versions];

    public VaultedVersion Newest => Versions[^1];

    public static VaultedKey Rsa(int bits = 2048) => new(new VaultedVersion { Rsa = RSA.Create(bits) });

    /// <summary>A key that only a managed HSM has.</summary>
    public static VaultedKey Aes() => new(new VaultedVersion { Aes = RandomNumberGenerator.GetBytes(32) });

    public static VaultedKey Elliptic() => new(new VaultedVersion());

    /// <summary>Makes a new version of the same kind, as rotating does.</summary>
    public VaultedVersion Rotate()
    {
        Versions.Add(Newest.Aes is null ? new VaultedVersion { Rsa = RSA.Create(Newest.Rsa!.KeySize) } : new VaultedVersion { Aes = RandomNumberGenerator.GetBytes(32) });
        return Newest;
    }
}

/// <summary>One version of a key.</summary>
public sealed class VaultedVersion
{
    public string Version { get; init; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public RSA? Rsa { get; init; }

    public byte[]? Aes { get; init; }

    public bool IsEnabled { get; set; } = true;

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public IReadOnlyList<string> Operations { get; set; } = ["wrapKey", "unwrapKey"];

    public string Type => Rsa is not null ? "RSA" : Aes is not null ? "oct-HSM" : "EC";

    public string? Algorithm => Rsa is not null ? "RSA-OAEP-256" : Aes is not null ? "A256KW" : null;

    public byte[] Wrap(byte[] value) => Rsa is not null ? Rsa.Encrypt(value, RSAEncryptionPadding.OaepSHA256) : KeyWrap.Wrap(Aes!, value);

    public byte[] Unwrap(byte[] value) => Rsa is not null ? Rsa.Decrypt(value, RSAEncryptionPadding.OaepSHA256) : KeyWrap.Unwrap(Aes!, value);
}
