using Grpc.Core;
using LocalFunctions.Durable;
using LocalFunctions.Durable.Storage;
using LocalFunctions.Hosting.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Management;

/// <summary>Durable Functions' own HTTP API, with the official routes, parameters, status codes and JSON, so that existing tools work.</summary>
internal sealed class DurableManagementApi(
    InstanceQueries queries, InstanceCommands commands, FunctionKeys keys, ManagementNames names, ILogger<DurableManagementApi> logger)
{
    public const string Root = "/runtime/webhooks/durabletask";

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
        Add(api.MapPost, "/instances/{instanceId}/restartWithOptions", commands.RestartWithOptionsAsync);
        Add(api.MapPost, "/instances/{instanceId}/rewind", commands.RewindAsync);
        Add(api.MapDelete, "/instances/{instanceId}", commands.PurgeAsync);
        Add(api.MapDelete, "/instances", commands.PurgeManyAsync);

        // Also for another method, which the official host does not tell apart from another path.
        Add(api.Map, "/{**rest}", http => ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound));
    }

    private void Add(Func<string, RequestDelegate, IEndpointConventionBuilder> map, string pattern, Func<HttpContext, Task> answer) =>
        map(pattern, http => GuardAsync(http, answer));

    private async Task GuardAsync(HttpContext http, Func<HttpContext, Task> answer)
    {
        if (!keys.MayManage(http.Request))
        {
            await Problem.WriteUnauthorizedAsync(http);
            return;
        }

        try
        {
            await (names.Mean(http.Request) ? answer(http) : ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound));
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
        switch (failure)
        {
            // It ended, or went, between the look at it and the command.
            case RpcException { StatusCode: StatusCode.NotFound }:
                return ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound);
            case RpcException { StatusCode: StatusCode.FailedPrecondition }:
                return ManagementAnswer.WriteAsync(http, StatusCodes.Status410Gone);
            case PayloadTooLargeException:
                return ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status413PayloadTooLarge, failure.Message);
            case DurableStorageException:
                return ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status503ServiceUnavailable, failure.Message);
            case ArgumentException or BadHttpRequestException:
                return ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, "One or more of the arguments submitted is incorrect", failure);
            default:
                ManagementLog.Failed(logger, http.Request.Path, failure);
                return ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status500InternalServerError, "Something went wrong while processing your request", failure);
        }
    }
}
