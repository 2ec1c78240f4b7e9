using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting.Management;

/// <summary>The names that addresses of the management API carry.</summary>
/// <param name="TaskHub">The one task hub that there is.</param>
/// <param name="Connection">The name of the storage connection in host.json; there is none here, but tools expect it.</param>
internal sealed record ManagementNames(string TaskHub, string Connection)
{
    /// <summary>The query that addresses carry.</summary>
    public string Query => $"taskHub={Uri.EscapeDataString(TaskHub)}&connection={Uri.EscapeDataString(Connection)}";

    /// <summary>Whether a request is for this task hub: it names it, or none.</summary>
    public bool Mean(HttpRequest request) =>
        ManagementQuery.Text(request, "taskHub") is not { } hub || hub.Equals(TaskHub, StringComparison.OrdinalIgnoreCase);
}
