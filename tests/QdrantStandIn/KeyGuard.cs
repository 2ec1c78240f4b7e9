using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Lets pass who has a key that may do what is asked.</summary>
internal sealed class KeyGuard(NodeState state)
{
    /// <summary>Throws where the key is wrong; the answer where it may not do this; null where it may.</summary>
    public Failure? Check(HttpContext context, string[] path)
    {
        var options = state.Options;
        if (options.ApiKey is null || (HttpMethods.IsGet(context.Request.Method) && path is ["" or "healthz" or "livez" or "readyz"]))
        {
            return null;
        }

        var given = context.Request.Headers["api-key"].FirstOrDefault();
        if (given is null && context.Request.Headers.Authorization.FirstOrDefault() is { } authorization && authorization.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            given = authorization["Bearer ".Length..];
        }

        if (given is null)
        {
            throw new Failure(401, "Must provide an API key or an Authorization bearer token", isPlain: true) { LeavesBodyUnread = true };
        }

        if (string.Equals(given, options.ApiKey, StringComparison.Ordinal))
        {
            return null;
        }

        if (!string.Equals(given, options.ReadOnlyApiKey, StringComparison.Ordinal))
        {
            throw new Failure(401, "Invalid API key or JWT", isPlain: true) { LeavesBodyUnread = true };
        }

        return IsReading(context.Request.Method, path) ? null : new Failure(403, "Forbidden: Global manage access is required", isPlain: path[^1] is "upload") { LeavesBodyUnread = true };
    }

    private static bool IsReading(string method, string[] path) => (method, path) switch
    {
        ("GET", ["collections", _, "shards", _, "snapshot"]) => throw new Failure(403, "Forbidden: Global manage access is required", isPlain: true),
        ("GET", _) => true,
        ("POST", ["collections", _, "points"] or ["collections", _, "points", "count" or "scroll" or "query" or "search"]) => true,
        _ => false,
    };
}
