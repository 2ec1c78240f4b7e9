using LocalFunctions.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Answers whoever started an instance: with addresses to go on with, or with its output if it ends in the time that the caller waits.</summary>
internal sealed class InstanceStarts(DurableEngine engine, InstanceQueries queries, ManagementNames names, TimeProvider time)
{
    private const string RetrySeconds = "10";

    public async Task AnswerAsync(HttpContext http, string id)
    {
        // The official host asks again and again, every pollingInterval; here nobody has to ask.
        _ = ManagementQuery.Seconds(http.Request, "pollingInterval");
        var timeout = ManagementQuery.Seconds(http.Request, "timeout");
        if (timeout is null || await CompletionAsync(id, timeout.Value, http.RequestAborted) is not { } end)
        {
            await AcceptAsync(http, id);
        }
        else if (end.RuntimeStatus == OrchestrationRuntimeStatus.Completed)
        {
            http.Response.ContentType = ManagementAnswer.Json;
            await http.Response.WriteAsync(end.SerializedOutput ?? "null", http.RequestAborted);
        }
        else
        {
            await queries.AnswerAsync(http, id);
        }
    }

    private async Task<OrchestrationMetadata?> CompletionAsync(string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await using var client = engine.CreateClient();
        try
        {
            return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
    }

    private Task AcceptAsync(HttpContext http, string id)
    {
        var request = http.Request;
        var root = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, DurableManagementApi.Root);

        // Whoever sent the key in the address can go on with these as they are; a key in a header stays there.
        var query = ManagementQuery.Text(request, "code") is { } key ? $"{names.Query}&code={Uri.EscapeDataString(key)}" : names.Query;
        var links = ManagementLinks.Of(root, query, "{text}", id);
        http.Response.Headers.Location = links.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = RetrySeconds;
        return ManagementAnswer.WriteAsync(http, StatusCodes.Status202Accepted, links);
    }
}
