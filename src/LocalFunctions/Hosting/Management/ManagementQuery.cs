using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Reads the query parameters of the management API; what cannot be read is a bad request that names the parameter.</summary>
internal static class ManagementQuery
{
    private const int MaxSeconds = 86_400;

    public static bool Flag(HttpRequest request, string name, bool otherwise = false) =>
        request.Query[name].ToString() switch
        {
            "" => otherwise,
            var text when bool.TryParse(text, out var value) => value,
            _ => throw Bad(name, "true or false"),
        };

    public static int? Number(HttpRequest request, string name) =>
        request.Query[name].ToString() switch
        {
            "" => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 => value,
            _ => throw Bad(name, "a whole number above 0"),
        };

    public static TimeSpan? Seconds(HttpRequest request, string name) =>
        request.Query[name].ToString() switch
        {
            "" => null,
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= MaxSeconds => TimeSpan.FromSeconds(value),
            _ => throw Bad(name, "a number of seconds, at most a day"),
        };

    public static DateTimeOffset? Time(HttpRequest request, string name) =>
        request.Query[name].ToString() switch
        {
            "" => null,
            var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) => value,
            _ => throw Bad(name, "a time such as 2026-01-31T02:00:00Z"),
        };

    public static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Statuses, separated by commas, repeated, or both.</summary>
    public static IReadOnlyList<OrchestrationRuntimeStatus>? Statuses(HttpRequest request)
    {
        var names = request.Query["runtimeStatus"]
            .SelectMany(value => value!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToList();
        return names.Count == 0 ? null : names.ConvertAll(name =>
            Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status) && Enum.IsDefined(status)
                ? status
                : throw Bad("runtimeStatus", string.Join(", ", Enum.GetNames<OrchestrationRuntimeStatus>())));
    }

    private static BadHttpRequestException Bad(string name, string wanted) => new($"The query parameter '{name}' must be {wanted}.");
}
