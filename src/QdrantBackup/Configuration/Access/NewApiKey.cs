using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Configuration.Access;

/// <summary>A new key: to be shown once, and its hash to be configured.</summary>
public sealed class NewApiKey
{
    private const string Prefix = "qb_";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 52; // 260 bits

    private NewApiKey(string key, string sha256)
    {
        Key = key;
        Sha256 = sha256;
    }

    /// <summary>The key; a secret, for whoever calls the API.</summary>
    public string Key { get; }

    /// <summary>What stands in the configuration: <c>ApiKeys:0:Sha256</c>.</summary>
    public string Sha256 { get; }

    /// <summary>Makes a key out of 260 random bits, so that a plain SHA-256 of it gives nothing away.</summary>
    public static NewApiKey Generate()
    {
        var key = Prefix + RandomNumberGenerator.GetString(Alphabet, Digits);
        return new NewApiKey(key, HashOf(key));
    }

    /// <summary>The hash to configure for a key.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
