using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Configuration.Access;

/// <summary>How a request's key was judged.</summary>
public enum ApiVerdict
{
    /// <summary>No key was presented: 401.</summary>
    Missing,

    /// <summary>A key was presented that is not configured: 401.</summary>
    Unknown,

    /// <summary>The key is known and lacks the scope: 403.</summary>
    Forbidden,

    /// <summary>The key is known and has the scope.</summary>
    Granted,
}

/// <summary>A verdict, and whose key it was.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="KeyName">The key's configured name; null if none matched.</param>
public sealed record ApiAccess(ApiVerdict Verdict, string? KeyName);

/// <summary>The configured keys. How long a look-up takes tells nothing about them: every key is compared with, each in constant time.</summary>
public sealed class ApiKeyRing
{
    /// <summary>The header that carries a key.</summary>
    public const string HeaderName = "X-API-Key";

    /// <summary>Longer keys are unknown without being looked at.</summary>
    public const int MaxKeyLength = 256;

    private readonly (string Name, byte[] Hash, ApiScopes Scopes)[] entries;

    /// <summary>Takes the configured keys.</summary>
    public ApiKeyRing(IReadOnlyList<ApiKeyOptions> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        entries = [.. keys.Select(key => (key.Name, Convert.FromHexString(key.Sha256), key.Scopes))];
    }

    /// <summary>Whether no key is configured, so that nobody could be let in.</summary>
    public bool IsEmpty => entries.Length == 0;

    /// <summary>Judges a presented key for a scope.</summary>
    public ApiAccess Check(string? presented, ApiScopes required)
    {
        if (string.IsNullOrEmpty(presented))
        {
            return new ApiAccess(ApiVerdict.Missing, KeyName: null);
        }

        if (presented.Length > MaxKeyLength)
        {
            return new ApiAccess(ApiVerdict.Unknown, KeyName: null);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);
        var found = -1;
        for (var i = 0; i < entries.Length; i++)
        {
            // No early exit: the time taken must not say which entry matched.
            found = CryptographicOperations.FixedTimeEquals(hash, entries[i].Hash) ? i : found;
        }

        if (found < 0)
        {
            return new ApiAccess(ApiVerdict.Unknown, KeyName: null);
        }

        var verdict = Expand(entries[found].Scopes).HasFlag(required) ? ApiVerdict.Granted : ApiVerdict.Forbidden;
        return new ApiAccess(verdict, entries[found].Name);
    }

    /// <summary>The scopes with what they imply: whoever may start something may look at it, and admin may do everything.</summary>
    public static ApiScopes Expand(ApiScopes scopes)
    {
        if (scopes.HasFlag(ApiScopes.Admin))
        {
            return ApiScopes.Read | ApiScopes.Backup | ApiScopes.Restore | ApiScopes.Admin;
        }

        return scopes == ApiScopes.None ? scopes : scopes | ApiScopes.Read;
    }
}
