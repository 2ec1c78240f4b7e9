using System.Security.Cryptography;
using System.Text;
using LocalFunctions.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctions.Hosting.Http;

/// <summary>
/// Decides who may call what. The Functions host knows many keys; this runtime knows one per level, from configuration. The server's own key, which callers on this
/// machine can read, opens every level; where no key is configured, it is the only one that does.
/// </summary>
internal sealed class FunctionKeys(LocalFunctionsOptions options, LocalCallers local)
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

    private bool Has(HttpRequest request, params ReadOnlySpan<string?> configured)
    {
        var header = request.Headers.TryGetValue(Header, out var value) ? value.ToString() : null;
        var given = header ?? request.Query[QueryParameter].ToString();
        var matches = local.Is(request.HttpContext.Connection, header);
        foreach (var key in configured)
        {
            matches |= !string.IsNullOrEmpty(key) && CryptographicOperations.FixedTimeEquals(Digest(given), Digest(key));
        }

        return matches;
    }

    // Digests have one length, so comparing them tells nothing about the key's.
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
