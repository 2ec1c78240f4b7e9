using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace KeyVaultStandIn;

/// <summary>Hands out tokens as an app's identity endpoint on Azure does; a token for another service opens nothing.</summary>
internal sealed class IdentityRequests(VaultServer server)
{
    public Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers["X-IDENTITY-HEADER"] != server.IdentityHeader || context.Request.Path != server.IdentityEndpoint.AbsolutePath)
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        }

        var token = context.Request.Query["resource"] == server.Resource ? server.Token : "for-another-service";
        var answer = new JsonObject
        {
            ["access_token"] = token,
            ["expires_on"] = TimeProvider.System.GetUtcNow().AddHours(8).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["resource"] = (string?)context.Request.Query["resource"],
            ["token_type"] = "Bearer",
        };
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString());
    }
}
