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

    /// <summary>Gives an answer of the runtime that has a status and nothing else a body: no route (404), or none with this method (405, with <c>Allow</c>).</summary>
    public static async Task CompleteAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response.HasStarted)
        {
            return;
        }

        // Answers of functions and of the management API are theirs, also those without a body.
        switch (http.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound when http.GetEndpoint() is null:
                await FillAsync(http, StatusCodes.Status404NotFound, "There is nothing at this address.");
                break;
            case StatusCodes.Status405MethodNotAllowed when http.Response.ContentType is null:
                await FillAsync(http, StatusCodes.Status405MethodNotAllowed, $"This address takes {http.Response.Headers.Allow}.");
                break;
        }
    }

    public static Task WriteAsync(HttpContext http, int status, string? detail = null)
    {
        http.Response.Clear();
        return FillAsync(http, status, detail);
    }

    private static Task FillAsync(HttpContext http, int status, string? detail)
    {
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
