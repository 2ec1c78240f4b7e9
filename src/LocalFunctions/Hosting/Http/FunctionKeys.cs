using System.Security.Cryptography;
using System.Text;
using LocalFunctions.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctions.Hosting.Http;

/// <summary>Decides who may call what. The Functions host knows many keys; this runtime knows one per level, from configuration.</summary>
internal sealed class FunctionKeys(LocalFunctionsOptions options)
{
    private const string Header = "x-functions-key";
    private const string QueryParameter = "code";

    public bool MayCall(HttpRequest request, AuthorizationLevel level) => level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.Admin => MayAdminister(request),
        AuthorizationLevel.System => MayManage(request),
        _ => Has(request, options.HostKey, options.AdminKey),
    };

    /// <summary>Whether the request may use <c>/admin</c>.</summary>
    public bool MayAdminister(HttpRequest request) => Has(request, options.AdminKey);

    /// <summary>Whether the request may use the Durable management API.</summary>
    public bool MayManage(HttpRequest request) => Has(request, options.SystemKey, options.AdminKey);

    // The first key decides whether a key is needed at all; the others are let in too.
    private static bool Has(HttpRequest request, string? needed, string? master = null)
    {
        if (string.IsNullOrEmpty(needed))
        {
            return LocalCaller.Is(request) || Matches(request, master);
        }

        return Matches(request, needed) || Matches(request, master);
    }

    private static bool Matches(HttpRequest request, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return false;
        }

        var given = request.Headers.TryGetValue(Header, out var header) ? header.ToString() : request.Query[QueryParameter].ToString();
        return CryptographicOperations.FixedTimeEquals(Digest(given), Digest(key));
    }

    // Digests have one length, so comparing them tells nothing about the key's.
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
