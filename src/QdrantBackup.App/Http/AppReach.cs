using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>Who can reach the app, and who is a local caller. The host knows, and registers it before the app is composed.</summary>
/// <param name="FromThisMachineOnly">Whether the app may start without an API key, because the host knows its local callers. If not, the app does not start without a key.</param>
public sealed record AppReach(bool FromThisMachineOnly)
{
    /// <summary>Whether a request and the key that came with it prove a caller on the app's own machine, who may do everything. On a Functions host there is none.</summary>
    public Func<HttpContext, string?, bool> IsLocal { get; init; } = (_, _) => false;
}
