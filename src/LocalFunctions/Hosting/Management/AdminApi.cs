using System.Text.Json;
using LocalFunctions.Hosting.Discovery;
using LocalFunctions.Hosting.Http;
using LocalFunctions.Hosting.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalFunctions.Hosting.Management;

/// <summary>The part of the host's administration that a single machine needs: running a timer function by hand.</summary>
internal sealed class AdminApi(IReadOnlyCollection<FunctionDescriptor> functions, TimerTriggers timers, FunctionKeys keys)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/functions/{name}", http => GuardAsync(http, RunAsync));

        // A caller without a key does not even learn which routes there are.
        routes.Map("/admin/{**rest}", http => GuardAsync(http, there => Problem.WriteAsync(there, StatusCodes.Status404NotFound)));
    }

    private Task GuardAsync(HttpContext http, RequestDelegate answer) => keys.MayAdminister(http.Request) ? answer(http) : Problem.WriteUnauthorizedAsync(http);

    private async Task RunAsync(HttpContext http)
    {
        var name = (string)http.GetRouteValue("name")!;
        if (functions.FirstOrDefault(function => function.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
        {
            await Problem.WriteAsync(http, StatusCodes.Status404NotFound, $"There is no function '{name}'.");
            return;
        }

        if (function.Kind != FunctionKind.Timer)
        {
            await Problem.WriteAsync(http, StatusCodes.Status400BadRequest, $"'{function.Name}' is not a timer function; only those can be run this way.");
            return;
        }

        // As the official host: JSON is required, which also keeps forms of foreign web pages out.
        if (!http.Request.HasJsonContentType() || !await IsJsonAsync(http.Request))
        {
            await Problem.WriteAsync(http, StatusCodes.Status400BadRequest, "The body must be JSON (application/json), for example {\"input\": null}.");
            return;
        }

        timers.TryRunNow(function.Name);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<bool> IsJsonAsync(HttpRequest request)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
