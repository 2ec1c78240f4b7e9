using System.Text.Json;
using LocalFunctions.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Management;

/// <summary>Tells about orchestration instances.</summary>
internal sealed class InstanceQueries(DurableEngine engine)
{
    private const string ContinuationHeader = "x-ms-continuation-token";
    private const string RetrySeconds = "5";

    public Task GetAsync(HttpContext http) => AnswerAsync(http, (string)http.GetRouteValue("instanceId")!);

    /// <summary>Answers with the status of an instance.</summary>
    public async Task AnswerAsync(HttpContext http, string id)
    {
        await using var client = engine.CreateClient();
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, http.RequestAborted) is not { } instance)
        {
            await ManagementAnswer.WriteAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        var history = ManagementQuery.Flag(http.Request, "showHistory") && instance.RuntimeStatus != OrchestrationRuntimeStatus.Pending
            ? await engine.GetHistoryAsync(id, http.RequestAborted)
            : null;
        var shown = new InstanceJson(
            ShowInput: ManagementQuery.Flag(http.Request, "showInput", otherwise: true),
            ShowHistoryOutput: ManagementQuery.Flag(http.Request, "showHistoryOutput"));
        http.Response.StatusCode = StatusOf(http.Request, instance);
        if (!instance.IsCompleted)
        {
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            http.Response.Headers.RetryAfter = RetrySeconds;
        }

        await WriteAsync(http, writer => shown.Write(writer, instance, history));
    }

    public async Task ListAsync(HttpContext http)
    {
        var query = new OrchestrationQuery(
            CreatedFrom: ManagementQuery.Time(http.Request, "createdTimeFrom"),
            CreatedTo: ManagementQuery.Time(http.Request, "createdTimeTo"),
            Statuses: ManagementQuery.Statuses(http.Request),
            InstanceIdPrefix: ManagementQuery.Text(http.Request, "instanceIdPrefix"),
            PageSize: ManagementQuery.Number(http.Request, "top") ?? OrchestrationQuery.DefaultPageSize,
            FetchInputsAndOutputs: true,
            ContinuationToken: http.Request.Headers[ContinuationHeader].ToString() is { Length: > 0 } token ? token : null);
        var shown = new InstanceJson(ShowInput: ManagementQuery.Flag(http.Request, "showInput"), ShowHistoryOutput: false);
        await using var client = engine.CreateClient();
        var pages = client.GetAllInstancesAsync(query).AsPages(query.ContinuationToken, query.PageSize);
        await using var first = pages.GetAsyncEnumerator(http.RequestAborted);
        var page = await first.MoveNextAsync() ? first.Current : null;
        if (page?.ContinuationToken is { } next)
        {
            http.Response.Headers[ContinuationHeader] = next;
        }

        await WriteAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var instance in page?.Values ?? [])
            {
                shown.Write(writer, instance, history: null);
            }

            writer.WriteEndArray();
        });
    }

    private static int StatusOf(HttpRequest request, OrchestrationMetadata instance)
    {
        if (!instance.IsCompleted)
        {
            return StatusCodes.Status202Accepted;
        }

        return instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed && ManagementQuery.Flag(request, "returnInternalServerErrorOnFailure")
            ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status200OK;
    }

    private static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        http.Response.ContentType = ManagementAnswer.Json;
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter, ManagementAnswer.Writing);
        write(writer);
        await writer.FlushAsync(http.RequestAborted);
    }
}
