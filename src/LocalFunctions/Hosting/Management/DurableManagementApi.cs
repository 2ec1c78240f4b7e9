using DurableTask.Core.Exceptions;
using Grpc.Core;
using LocalFunctions.Hosting.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Management;

/// <summary>Durable Functions' own HTTP API, with the official routes, parameters, status codes and JSON, so that existing tools work.</summary>
internal sealed class DurableManagementApi(InstanceQueries queries, InstanceCommands commands, FunctionKeys keys, ILogger<DurableManagementApi> logger)
{
    public const string Root = "/runtime/webhooks/durabletask";

    /// <summary>Where the API is served; null until the server listens.</summary>
    public static Uri? Address(ILocalServer server) => server.Addresses is [var first, ..] ? new Uri(first, Root) : null;

    public void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Root);
        Add(api.MapGet, "/instances", queries.ListAsync);
        Add(api.MapGet, "/instances/{instanceId}", queries.GetAsync);
        Add(api.MapPost, "/orchestrators/{functionName}/{instanceId?}", commands.StartAsync);
        Add(api.MapPost, "/instances/{instanceId}/raiseEvent/{eventName}", commands.RaiseEventAsync);
        Add(api.MapPost, "/instances/{instanceId}/terminate", commands.TerminateAsync);
        Add(api.MapPost, "/instances/{instanceId}/suspend", commands.SuspendAsync);
        Add(api.MapPost, "/instances/{instanceId}/resume", commands.ResumeAsync);
        Add(api.MapPost, "/instances/{instanceId}/restart", commands.RestartAsync);
        Add(api.MapPost, "/instances/{instanceId}/rewind", http => Problem.WriteAsync(http, StatusCodes.Status501NotImplemented, "This runtime cannot rewind; restart the instance instead."));
        Add(api.MapDelete, "/instances/{instanceId}", commands.PurgeAsync);
        Add(api.MapDelete, "/instances", commands.PurgeManyAsync);
    }

    private void Add(Func<string, RequestDelegate, IEndpointConventionBuilder> map, string pattern, Func<HttpContext, Task> answer) =>
        map(pattern, http => GuardAsync(http, answer));

    private async Task GuardAsync(HttpContext http, Func<HttpContext, Task> answer)
    {
        if (!keys.MayManage(http.Request))
        {
            await Problem.WriteAsync(http, StatusCodes.Status401Unauthorized);
            return;
        }

        try
        {
            await answer(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone.
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, failure);
        }
    }

    private Task RefuseAsync(HttpContext http, Exception failure)
    {
        var status = failure switch
        {
            RpcException { StatusCode: StatusCode.NotFound } => StatusCodes.Status404NotFound,
            RpcException { StatusCode: StatusCode.FailedPrecondition } => StatusCodes.Status410Gone,
            OrchestrationAlreadyExistsException or InvalidOperationException => StatusCodes.Status409Conflict,
            ArgumentException or BadHttpRequestException => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status == StatusCodes.Status500InternalServerError)
        {
            ManagementLog.Failed(logger, http.Request.Path, failure);
            return Problem.WriteAsync(http, status);
        }

        return Problem.WriteAsync(http, status, failure.Message);
    }
}
