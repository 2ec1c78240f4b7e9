using LocalFunctions.Hosting.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Http;

/// <summary>Answers requests by running HTTP functions. Request and response bodies are Kestrel's own streams.</summary>
internal sealed class HttpFunctionHandler(FunctionPipeline pipeline, FunctionKeys keys, RunningFunctions running, ILogger<HttpFunctionHandler> logger)
{
    // Where the official extension method GetHttpContext looks.
    private const string HttpContextKey = "HttpRequestContext";

    public async Task AnswerAsync(HttpRoute route, HttpContext http)
    {
        if (!keys.MayCall(http.Request, route.Level))
        {
            await Problem.WriteUnauthorizedAsync(http);
            return;
        }

        try
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, running.Cancelled);
            await RunAsync(route, http, stopping.Token);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; nobody is left to answer.
        }
        catch (OperationCanceledException) when (running.Cancelled.IsCancellationRequested)
        {
            await FailAsync(http, StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception failure)
        {
            HttpLog.FunctionFailed(logger, route.Function.Name, failure);
            await FailAsync(http, StatusCodes.Status500InternalServerError);
        }
    }

    private async Task RunAsync(HttpRoute route, HttpContext http, CancellationToken cancellationToken)
    {
        var call = new FunctionCall(http.Request, cancellationToken) { BindingData = BindingData(http.Request), Services = http.RequestServices };
        await using var context = pipeline.Begin(route.Function, call);
        context.Items[HttpContextKey] = http;
        await pipeline.RunAsync(context);
        switch (context.Result)
        {
            case IActionResult action:
                await action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                break;
            case IResult result:
                await result.ExecuteAsync(http);
                break;
            case not null:
                HttpLog.ResultIgnored(logger, route.Function.Name, context.Result.GetType().Name);
                break;
        }
    }

    // The official host gives functions the query by name too, after the route.
    private static Dictionary<string, object?> BindingData(HttpRequest request)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Query)
        {
            data[name] = value.ToString();
        }

        foreach (var (name, value) in request.RouteValues)
        {
            data[name] = value;
        }

        return data;
    }

    private static async Task FailAsync(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            // A response cut off in the middle must not look complete.
            http.Abort();
            return;
        }

        await Problem.WriteAsync(http, status);
    }
}
