namespace LocalFunctions.Hosting.Management;

/// <summary>The addresses under which a client that started an instance finds it again, in the order in which the official API lists them.</summary>
internal sealed record ManagementLinks(
    string Id,
    string StatusQueryGetUri,
    string SendEventPostUri,
    string TerminatePostUri,
    string PurgeHistoryDeleteUri,
    string RestartPostUri,
    string SuspendPostUri,
    string ResumePostUri)
{
    /// <summary>The addresses of an instance.</summary>
    /// <param name="root">Where the API is served.</param>
    /// <param name="query">What every address carries: task hub, connection, and the key if there is one.</param>
    /// <param name="reason">What stands where a caller writes the reason.</param>
    /// <param name="instanceId">The instance.</param>
    public static ManagementLinks Of(string root, string query, string reason, string instanceId)
    {
        var instance = $"{root}/instances/{Uri.EscapeDataString(instanceId)}";
        string Link(string path, string? own = null) => string.Join('&', new[] { own, query }.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } all
            ? $"{instance}{path}?{all}"
            : instance + path;
        return new ManagementLinks(
            instanceId,
            Link(""),
            Link("/raiseEvent/{eventName}"),
            Link("/terminate", "reason=" + reason),
            Link(""),
            Link("/restart"),
            Link("/suspend", "reason=" + reason),
            Link("/resume", "reason=" + reason));
    }
}
