using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace KeyVaultStandIn;

/// <summary>What the vault does with a request: token first, then the version of the API, then the key.</summary>
internal sealed class VaultRequests(VaultServer server, TimeProvider time)
{
    private static readonly string[] ApiVersions = ["7.4", "7.5", "7.6"];

    public async Task HandleAsync(HttpContext context)
    {
        await AnswerAsync(context);
        server.Note($"{context.Request.Method} {context.Request.Path} {context.Response.StatusCode}");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {server.Token}")
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://login.microsoftonline.com/{server.Tenant}\", resource=\"{server.Resource}\"";
            await RefuseAsync(context, 401, "Unauthorized");
            return;
        }

        if (server.Faults.TryDequeue(out var fault))
        {
            await FailAsync(context, fault);
            return;
        }

        if (!ApiVersions.Contains((string?)context.Request.Query["api-version"]))
        {
            await RefuseAsync(context, 400, "BadParameter");
            return;
        }

        string[] path = [.. context.Request.Path.Value!.Trim('/').Split('/')];
        if (path is not ["keys", var name, .. var rest] || !server.Keys.TryGetValue(name, out var key))
        {
            await RefuseAsync(context, 404, "KeyNotFound");
            return;
        }

        var version = rest is [var wanted, ..] ? key.Versions.FirstOrDefault(v => v.Version == wanted) : key.Newest;
        if (version is null)
        {
            await RefuseAsync(context, 404, "KeyNotFound");
            return;
        }

        await ((context.Request.Method, rest) switch
        {
            ("GET", [] or [_]) => context.Response.WriteAsync(Describe(name, version).ToJsonString()),
            ("POST", [_, "wrapkey"]) => OperateAsync(context, name, version, "wrapKey", version.Wrap),
            ("POST", [_, "unwrapkey"]) => OperateAsync(context, name, version, "unwrapKey", version.Unwrap),
            _ => RefuseAsync(context, 405, "MethodNotAllowed"),
        });
    }

    private async Task OperateAsync(HttpContext context, string name, VaultedVersion version, string operation, Func<byte[], byte[]> work)
    {
        var now = time.GetUtcNow();
        if (!version.IsEnabled)
        {
            await RefuseAsync(context, 403, "Forbidden", "KeyDisabled");
        }
        else if (!version.Operations.Contains(operation))
        {
            await RefuseAsync(context, 403, "Forbidden", "KeyOperationForbidden");
        }
        else if (operation == "wrapKey" && (version.Expires <= now || version.NotBefore > now))
        {
            // Unwrapping outside these times is allowed: what was wrapped while the key was valid must stay readable.
            await RefuseAsync(context, 403, "Forbidden");
        }
        else if (context.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true
            || await JsonNode.ParseAsync(context.Request.Body) is not JsonObject body
            || (string?)body["alg"] != version.Algorithm
            || (string?)body["value"] is not { } value
            || !TryWork(value, work, out var result))
        {
            await RefuseAsync(context, 400, "BadParameter");
        }
        else
        {
            var answer = new JsonObject { ["kid"] = KidOf(name, version), ["value"] = Base64Url.EncodeToString(result) };
            await context.Response.WriteAsync(answer.ToJsonString());
        }
    }

    private static bool TryWork(string value, Func<byte[], byte[]> work, out byte[] result)
    {
        try
        {
            result = work(Base64Url.DecodeFromChars(value));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            result = [];
            return false;
        }
    }

    private JsonObject Describe(string name, VaultedVersion version)
    {
        var key = new JsonObject { ["kid"] = KidOf(name, version), ["kty"] = version.Type, ["key_ops"] = new JsonArray([.. version.Operations.Select(o => (JsonNode)o)]) };
        if (version.Rsa is { } rsa)
        {
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            key["n"] = Base64Url.EncodeToString(parameters.Modulus);
            key["e"] = Base64Url.EncodeToString(parameters.Exponent);
        }

        var attributes = new JsonObject { ["enabled"] = version.IsEnabled, ["created"] = 1790000000, ["updated"] = 1790000000, ["recoveryLevel"] = "Recoverable", ["recoverableDays"] = 90 };
        if (version.NotBefore is { } notBefore)
        {
            attributes["nbf"] = notBefore.ToUnixTimeSeconds();
        }

        if (version.Expires is { } expires)
        {
            attributes["exp"] = expires.ToUnixTimeSeconds();
        }

        return new JsonObject { ["key"] = key, ["attributes"] = attributes };
    }

    private string KidOf(string name, VaultedVersion version) => $"{server.AddressOf(name)}/{version.Version}";

    private static async Task FailAsync(HttpContext context, VaultFault fault)
    {
        if (fault.IsSlow)
        {
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return;
        }

        if (fault.Status == 0)
        {
            context.Abort();
            return;
        }

        if (fault.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        if (fault.Body is { } text)
        {
            context.Response.StatusCode = fault.Status;
            await context.Response.WriteAsync(text);
            return;
        }

        await RefuseAsync(context, fault.Status, "Forbidden", fault.Code);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string? inner = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-request-id"] = "0f0f0f0f-1111-2222-3333-444444444444";
        var error = new JsonObject { ["code"] = code, ["message"] = $"the service quotes {context.Request.Headers.Authorization}" };
        if (inner is not null)
        {
            error["innererror"] = new JsonObject { ["code"] = inner };
        }

        return context.Response.WriteAsync(new JsonObject { ["error"] = error }.ToJsonString());
    }
}
