using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Writes answers the way Qdrant does.</summary>
internal static class Answer
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task OkAsync(HttpContext context, JsonNode? result) =>
        JsonAsync(context, 200, new JsonObject { ["result"] = result, ["status"] = "ok", ["time"] = 1.2e-5 });

    public static Task AcceptedAsync(HttpContext context) => JsonAsync(context, 202, new JsonObject { ["status"] = "accepted", ["time"] = 1.2e-5 });

    public static Task FailAsync(HttpContext context, Failure failure)
    {
        if (failure.LeavesBodyUnread)
        {
            context.Response.Headers.Connection = "close";
        }

        // What the key guard answers has no type.
        return failure.Status == 401
            ? BytesAsync(context, failure.Status, null, Encoding.UTF8.GetBytes(failure.Message))
            : failure.IsPlain
            ? TextAsync(context, failure.Status, failure.Message)
            : JsonAsync(context, failure.Status, new JsonObject { ["status"] = new JsonObject { ["error"] = failure.Message }, ["time"] = 0.0 });
    }

    public static Task JsonAsync(HttpContext context, int status, JsonNode body) =>
        BytesAsync(context, status, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString(Json)));

    public static Task TextAsync(HttpContext context, int status, string text) =>
        BytesAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    public static Task EmptyAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static async Task BytesAsync(HttpContext context, int status, string? type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
