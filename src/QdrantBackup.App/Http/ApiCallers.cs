using Microsoft.AspNetCore.Http;
using QdrantBackup.Configuration.Access;

namespace QdrantBackup.App.Http;

/// <summary>Judges who calls: by a configured API key, or as a caller on the app's own machine, if the host proves that.</summary>
public sealed class ApiCallers(ApiKeyRing keys, AppReach reach)
{
    /// <summary>The name of a caller on the app's own machine.</summary>
    public const string Local = "local";

    /// <summary>Whether no API key is configured: then local callers are the only ones.</summary>
    public bool AreLocalOnly => keys.IsEmpty;

    /// <summary>What the key that came with a request allows.</summary>
    /// <param name="http">The request.</param>
    /// <param name="required">The scope that the key must have.</param>
    /// <returns>The verdict, and whose key it was.</returns>
    public ApiAccess Judge(HttpContext http, ApiScopes required)
    {
        ArgumentNullException.ThrowIfNull(http);
        var presented = http.Request.Headers[ApiKeyRing.HeaderName].ToString();
        return reach.IsLocal(http, presented) ? new ApiAccess(ApiVerdict.Granted, Local) : keys.Check(presented, required);
    }
}
