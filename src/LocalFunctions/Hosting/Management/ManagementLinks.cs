using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace LocalFunctions.Hosting.Management;

/// <summary>The addresses under which a client that started an instance finds it again.</summary>
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
    public static ManagementLinks Of(HttpRequest request, string instanceId)
    {
        var root = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, DurableManagementApi.Root);
        var instance = $"{root}/instances/{Uri.EscapeDataString(instanceId)}";

        // Whoever sent the key in the address can go on with these as they are; a key in a header stays there.
        var code = ManagementQuery.Text(request, "code") is { } key ? "code=" + Uri.EscapeDataString(key) : null;
        string Link(string rest) => instance + rest + (code is null ? "" : (rest.Contains('?', StringComparison.Ordinal) ? "&" : "?") + code);
        return new ManagementLinks(
            instanceId,
            Link(""),
            Link("/raiseEvent/{eventName}"),
            Link("/terminate?reason={text}"),
            Link(""),
            Link("/restart"),
            Link("/suspend?reason={text}"),
            Link("/resume?reason={text}"));
    }
}
