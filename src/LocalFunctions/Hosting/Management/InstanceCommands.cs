using System.Text.Json;
using LocalFunctions.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Starts and steers orchestration instances.</summary>
internal sealed class InstanceCommands(DurableEngine engine, TimeProvider time)
{
    private const string RetrySeconds = "10";

    private sealed record Purged(int InstancesDeleted);

    public async Task StartAsync(HttpContext http)
    {
        var input = await ReadJsonAsync(http.Request);
        var options = new StartOrchestrationOptions(http.GetRouteValue("instanceId") as string)
        {
            Version = ManagementQuery.Text(http.Request, "version") is { } version ? new TaskVersion(version) : (TaskVersion?)null,
        };
        await using var client = engine.CreateClient();
        var id = await client.ScheduleNewOrchestrationInstanceAsync((string)http.GetRouteValue("functionName")!, input, options, http.RequestAborted);
        if (ManagementQuery.Number(http.Request, "timeout") is { } seconds
            && await CompletionAsync(client, id, TimeSpan.FromSeconds(seconds), http.RequestAborted) is { RuntimeStatus: OrchestrationRuntimeStatus.Completed } done)
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.WriteAsync(done.SerializedOutput ?? "null", http.RequestAborted);
            return;
        }

        await AcceptAsync(http, id);
    }

    public async Task RaiseEventAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Only application/json request content is supported.");
        }

        var payload = await ReadJsonAsync(http.Request);
        await using var client = engine.CreateClient();
        await client.RaiseEventAsync(InstanceId(http), (string)http.GetRouteValue("eventName")!, payload, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    public Task TerminateAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.TerminateInstanceAsync(id, (object?)reason, http.RequestAborted));

    public Task SuspendAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.SuspendInstanceAsync(id, reason, http.RequestAborted));

    public Task ResumeAsync(HttpContext http) => SteerAsync(http, (client, id, reason) => client.ResumeInstanceAsync(id, reason, http.RequestAborted));

    public async Task RestartAsync(HttpContext http)
    {
        await using var client = engine.CreateClient();
        var withNewId = ManagementQuery.Flag(http.Request, "restartWithNewInstanceId", otherwise: true);
        await AcceptAsync(http, await client.RestartAsync(InstanceId(http), withNewId, http.RequestAborted));
    }

    public async Task PurgeAsync(HttpContext http)
    {
        await using var client = engine.CreateClient();
        await AnswerPurgedAsync(http, await client.PurgeInstanceAsync(InstanceId(http), http.RequestAborted));
    }

    public async Task PurgeManyAsync(HttpContext http)
    {
        var from = ManagementQuery.Time(http.Request, "createdTimeFrom")
            ?? throw new BadHttpRequestException("Please provide value for 'createdTimeFrom' parameter.");
        var filter = new PurgeInstancesFilter(from, ManagementQuery.Time(http.Request, "createdTimeTo"), ManagementQuery.Statuses(http.Request));
        await using var client = engine.CreateClient();
        await AnswerPurgedAsync(http, await client.PurgeAllInstancesAsync(filter, http.RequestAborted));
    }

    private async Task SteerAsync(HttpContext http, Func<DurableTaskClient, string, string?, Task> steer)
    {
        await using var client = engine.CreateClient();
        await steer(client, InstanceId(http), ManagementQuery.Text(http.Request, "reason"));
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task<OrchestrationMetadata?> CompletionAsync(DurableTaskClient client, string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string InstanceId(HttpContext http) => (string)http.GetRouteValue("instanceId")!;

    private static Task AcceptAsync(HttpContext http, string id)
    {
        var links = ManagementLinks.Of(http.Request, id);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.Headers.Location = links.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = RetrySeconds;
        return http.Response.WriteAsJsonAsync(links, JsonSerializerOptions.Web, http.RequestAborted);
    }

    private static Task AnswerPurgedAsync(HttpContext http, PurgeResult purged)
    {
        if (purged.PurgedInstanceCount == 0)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return http.Response.WriteAsJsonAsync(new Purged(purged.PurgedInstanceCount), JsonSerializerOptions.Web, http.RequestAborted);
    }

    // Any content type, as the official host; an empty body is no input.
    private static async Task<object?> ReadJsonAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        if (string.IsNullOrWhiteSpace(body))
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException failure)
        {
            throw new BadHttpRequestException("The body must be JSON.", failure);
        }
    }
}
