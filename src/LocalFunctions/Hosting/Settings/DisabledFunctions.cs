using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Settings;

/// <summary>Reads <c>AzureWebJobs.NAME.Disabled</c>, or <c>AzureWebJobs_NAME_Disabled</c> where a dot is not allowed.</summary>
internal static class DisabledFunctions
{
    public static bool Contains(IConfiguration settings, string function) =>
        IsSet(settings[$"AzureWebJobs.{function}.Disabled"]) || IsSet(settings[$"AzureWebJobs_{function}_Disabled"]);

    private static bool IsSet(string? value) => value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
