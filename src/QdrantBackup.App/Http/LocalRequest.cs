using System.Net;
using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>Recognises requests that a program on this machine made on purpose: the only ones let in while no API key is configured.</summary>
internal static class LocalRequest
{
    private static readonly string[] AddedByProxies = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"];

    public static bool Is(HttpRequest request) =>
        request.HttpContext.Connection.RemoteIpAddress is { } caller
        && IPAddress.IsLoopback(caller)
        // Behind a proxy everybody seems to be on this machine.
        && !AddedByProxies.Any(request.Headers.ContainsKey)
        // A browser on this machine carries web pages' requests: under a name of theirs (DNS rebinding), or from their site to this one.
        && IsLoopbackName(request.Host.Host)
        && !IsFromAnotherSite(request);

    private static bool IsFromAnotherSite(HttpRequest request) =>
        (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"))
        || (request.Headers.TryGetValue("Origin", out var origin)
            && !string.Equals(origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
