using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting.Management;

/// <summary>Answers of the management API, in the shapes of the official one.</summary>
internal static class ManagementAnswer
{
    public const string Json = "application/json; charset=utf-8";

    /// <summary>As the official host writes: addresses stay readable, and a browser never shows JSON as a page.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Camel = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Pascal = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Error(string Message, string? ExceptionMessage, string? ExceptionType);

    /// <summary>An answer without a body.</summary>
    public static Task WriteAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>An answer with a body.</summary>
    public static Task WriteAsync<T>(HttpContext http, int status, T body)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(body, Camel, http.RequestAborted);
    }

    /// <summary>An error. The official host shows the stack trace of its cause too; here it is in the log.</summary>
    public static Task WriteErrorAsync(HttpContext http, int status, string message, Exception? cause = null)
    {
        http.Response.Clear();
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new Error(message, cause?.Message, cause?.GetType().FullName), Pascal, CancellationToken.None);
    }
}
