using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>A key as its vault describes it: everything but the key itself.</summary>
/// <param name="Address">Where it is, with its version.</param>
/// <param name="Type">RSA, RSA-HSM, oct or oct-HSM; EC keys wrap nothing.</param>
/// <param name="Bits">Length of an RSA key's modulus; 0 where there is none.</param>
/// <param name="Operations">What it may be used for.</param>
/// <param name="IsEnabled">Whether it may be used at all.</param>
/// <param name="NotBefore">From when on it wraps.</param>
/// <param name="Expires">From when on it wraps no more.</param>
internal sealed record VaultKey(
    VaultKeyAddress Address, string Type, int Bits, IReadOnlyList<string> Operations, bool IsEnabled, DateTimeOffset? NotBefore, DateTimeOffset? Expires);
