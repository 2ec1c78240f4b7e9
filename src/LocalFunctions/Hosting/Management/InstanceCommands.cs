using System.Text.Json;
using DurableTask.Core.Exceptions;
using LocalFunctions.Durable;
using LocalFunctions.Durable.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Starts and steers orchestration instances.</summary>
internal sealed class InstanceCommands(DurableEngine engine, InstanceStarts starts)
{
    private sealed record Purged(int InstancesDeleted);

    public async Task StartAsync(HttpContext http)
    {
        try
        {
            var options = new StartOrchestrationOptions(http.GetRouteValue("instanceId") as string)
            {
                Version = ManagementQuery.Text(http.Request, "version") is { } version ? new TaskVersion(version) : (TaskVersion?)null,
            };
            var input = await ManagementBody.ReadAsync(http.Request);
            await using var client = engine.CreateClient();
            var id = await client.ScheduleNewOrchestrationInstanceAsync((string)http.GetRouteValue("functionName")!, input, options, http.RequestAborted);
            await starts.AnswerAsync(http, id);
        }
        catch (JsonException failure)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, "Invalid JSON content", failure);
        }
        catch (ArgumentException failure)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, failure.Message);
        }
        catch (OrchestrationAlreadyExistsException failure)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status409Conflict, failure.Message);
        }
    }

    public async Task RaiseEventAsync(HttpContext http)
    {
        await using var client = engine.CreateClient();
        if (await RefusedAsync(http, client))
        {
            return;
        }

        if (!http.Request.HasJsonContentType())
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, "Only application/json request content is supported");
            return;
        }

        try
        {
            var payload = await ManagementBody.ReadAsync(http.Request);
            await client.RaiseEventAsync(InstanceId(http), (string)http.GetRouteValue("eventName")!, payload, http.RequestAborted);
            await ManagementAnswer.WriteAsync(http, StatusCodes.Status202Accepted);
        }
        catch (JsonException failure)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, "Invalid JSON content", failure);
        }
    }

    public Task TerminateAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.TerminateWithTextAsync(id, reason, http.RequestAborted));

    public Task SuspendAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.SuspendInstanceAsync(id, reason, http.RequestAborted));

    public Task ResumeAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.ResumeInstanceAsync(id, reason, http.RequestAborted));

    public Task RestartAsync(HttpContext http) => RestartAsync(
        http, ManagementQuery.Flag(http.Request, "restartWithNewInstanceId", otherwise: true) ? null : InstanceId(http), version: null);

    public Task RestartWithOptionsAsync(HttpContext http) => RestartAsync(
        http, ManagementQuery.Text(http.Request, "newInstanceId"), ManagementQuery.Text(http.Request, "version"));

    public async Task RewindAsync(HttpContext http)
    {
        await using var client = engine.CreateClient();
        var id = InstanceId(http);
        if (await client.GetInstanceAsync(id, http.RequestAborted) is not { } instance)
        {
            await ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound, $"No orchestration with instance ID \"{id}\" found.");
        }
        else if (instance.RuntimeStatus != OrchestrationRuntimeStatus.Failed)
        {
            await ManagementAnswer.WriteAsync(
                http, StatusCodes.Status412PreconditionFailed, $"This orchestration has status {instance.RuntimeStatus}, but only orchestrations in the \"Failed\" state can be rewound.");
        }
        else
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status501NotImplemented, "Rewind is not supported by the underlying storage provider.");
        }
    }

    public async Task PurgeAsync(HttpContext http)
    {
        await using var client = engine.CreateClient();
        var id = InstanceId(http);
        if (await client.GetInstanceAsync(id, http.RequestAborted) is { IsCompleted: false } instance)
        {
            await ManagementAnswer.WriteAsync(
                http,
                StatusCodes.Status412PreconditionFailed,
                $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {id} has status {instance.RuntimeStatus}");
            return;
        }

        await AnswerPurgedAsync(http, await client.PurgeInstanceAsync(id, http.RequestAborted));
    }

    public async Task PurgeManyAsync(HttpContext http)
    {
        if (ManagementQuery.Time(http.Request, "createdTimeFrom") is not { } from)
        {
            await ManagementAnswer.WriteAsync(http, StatusCodes.Status400BadRequest, "Please provide value for 'createdTimeFrom' parameter.");
            return;
        }

        var filter = new PurgeInstancesFilter(from, ManagementQuery.Time(http.Request, "createdTimeTo"), ManagementQuery.Statuses(http.Request));
        await using var client = engine.CreateClient();
        await AnswerPurgedAsync(http, await client.PurgeAllInstancesAsync(filter, http.RequestAborted));
    }

    private async Task RestartAsync(HttpContext http, string? newInstanceId, string? version)
    {
        try
        {
            await using var client = engine.CreateClient();
            await starts.AnswerAsync(http, await client.RestartAsAsync(InstanceId(http), newInstanceId, version, http.RequestAborted));
        }
        catch (ArgumentException failure)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status400BadRequest, "InstanceId does not match a valid orchestration instance.", failure);
        }
        catch (Exception failure) when (failure is OrchestrationAlreadyExistsException or InvalidOperationException)
        {
            await ManagementAnswer.WriteErrorAsync(http, StatusCodes.Status409Conflict, "A non-terminal instance with this instance ID already exists.", failure);
        }
    }

    private async Task SteerAsync(HttpContext http, Func<LocalDurableTaskClient, string, string?, Task> steer)
    {
        await using var client = engine.CreateClient();
        if (!await RefusedAsync(http, client))
        {
            await steer(client, InstanceId(http), ManagementQuery.Text(http.Request, "reason"));
            await ManagementAnswer.WriteAsync(http, StatusCodes.Status202Accepted);
        }
    }

    private static async Task<bool> RefusedAsync(HttpContext http, LocalDurableTaskClient client)
    {
        var instance = await client.GetInstanceAsync(InstanceId(http), http.RequestAborted);
        if (instance is { IsCompleted: false })
        {
            return false;
        }

        await ManagementAnswer.WriteAsync(http, instance is null ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone);
        return true;
    }

    private static string InstanceId(HttpContext http) => (string)http.GetRouteValue("instanceId")!;

    private static Task AnswerPurgedAsync(HttpContext http, PurgeResult purged) => purged.PurgedInstanceCount == 0
        ? ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound)
        : ManagementAnswer.WriteAsync(http, StatusCodes.Status200OK, new Purged(purged.PurgedInstanceCount));
}
