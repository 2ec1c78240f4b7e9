using System.Net;
using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting.Http;

/// <summary>Recognises requests that a program on this machine made on purpose: the only ones that get in where no key is configured.</summary>
internal static class LocalCaller
{
    private static readonly string[] AddedByProxies = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"];

    public static bool Is(HttpRequest request) =>
        request.HttpContext.Connection.RemoteIpAddress is { } caller
        && IPAddress.IsLoopback(caller)
        // A reverse proxy on this machine brings strangers along.
        && !AddedByProxies.Any(request.Headers.ContainsKey)
        // A browser on this machine brings web pages along: under their own name (DNS rebinding) or as a cross-site request.
        && IsLoopbackName(request.Host.Host)
        && !IsFromAnotherSite(request);

    private static bool IsFromAnotherSite(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"))
        {
            return true;
        }

        return request.Headers.TryGetValue("Origin", out var origin)
            && !string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
