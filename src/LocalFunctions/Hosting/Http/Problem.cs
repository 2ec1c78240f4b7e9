using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalFunctions.Hosting.Http;

/// <summary>Answers of the runtime itself when something went wrong: a problem document (RFC 9457) that gives nothing away.</summary>
internal static class Problem
{
    private sealed record Document(string Type, string Title, int Status, string? Detail);

    /// <summary>The caller has no key that opens this. Which keys there are is not said.</summary>
    public static Task WriteUnauthorizedAsync(HttpContext http) => WriteAsync(
        http, StatusCodes.Status401Unauthorized, "Send a key that opens this route in the header x-functions-key.");

    public static Task WriteAsync(HttpContext http, int status, string? detail = null)
    {
        http.Response.Clear();
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new Document("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail),
            options: WithoutNulls,
            contentType: "application/problem+json",
            CancellationToken.None);
    }

    private static readonly System.Text.Json.JsonSerializerOptions WithoutNulls = new(System.Text.Json.JsonSerializerOptions.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
