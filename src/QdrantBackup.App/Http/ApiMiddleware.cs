using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using QdrantBackup.Configuration.Access;

namespace QdrantBackup.App.Http;

/// <summary>Stands before every HTTP function: looks at the key, and turns what the function throws into a problem.</summary>
internal sealed partial class ApiMiddleware(ApiCallers callers, ILogger<ApiMiddleware> log) : IFunctionsWorkerMiddleware
{
    private const string CallerItem = "QdrantBackup.Caller";

    /// <summary>The name of the key that the request came with; it stands in the run's record.</summary>
    public static string CallerOf(HttpContext http) => http.Items[CallerItem] as string ?? ApiCallers.Local;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        // Somebody waits for the answer.
        using var patience = Patience.Use(Patience.OfPerson);
        try
        {
            if (Judge(context.FunctionDefinition.Name, http) is { } refusal)
            {
                await refusal.ExecuteAsync(http);
                return;
            }

            RefuseUnknownParameters(context.FunctionDefinition.Name, http.Request);
            await next(context);
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            var cause = e is AggregateException { InnerExceptions: [var only] } ? only : e;
            LogWhat(context.FunctionDefinition.Name, cause);
            var isStopping = cause is OperationCanceledException && context.CancellationToken.IsCancellationRequested;
            await (isStopping ? Problems.Stopping() : Problems.From(cause)).ExecuteAsync(http);
        }
    }

    // One that is misspelt would change the answer without a word.
    private static void RefuseUnknownParameters(string function, HttpRequest request)
    {
        if (ApiRoutes.UnknownParameters(function, request.Query.Keys).FirstOrDefault() is { } unknown)
        {
            var known = ApiRoutes.ParametersOf(function);
            throw new UsageException(
                $"The address has the unknown query parameter '{SafeText.Line(unknown)}'", known.Count == 0 ? "This address takes none." : $"It takes {string.Join(", ", known)}.");
        }
    }

    internal IResult? Judge(string function, HttpContext http)
    {
        var scope = ApiRoutes.ScopeOf(function);
        if (scope == ApiScopes.None)
        {
            return null;
        }

        var access = callers.Judge(http, scope ?? ApiScopes.Admin);
        LogAccess(log, LevelOf(access.Verdict, http.Request), access.Verdict, function, access.KeyName ?? "none", http.Connection.RemoteIpAddress);
        http.Items[CallerItem] = access.KeyName;
        return access.Verdict switch
        {
            ApiVerdict.Granted when scope is not null => null,
            ApiVerdict.Granted or ApiVerdict.Forbidden => Problems.Forbidden((scope ?? ApiScopes.Admin).ToString().ToLowerInvariant()),
            _ => Problems.Unauthorized(callers.AreLocalOnly),
        };
    }

    // What the caller did wrong is told to the caller; in the log it is a line without a stack trace.
    private void LogWhat(string function, Exception cause)
    {
        if (cause is UsageException or RefusedException or StoreConflictException or BadHttpRequestException)
        {
            LogRefused(log, function, cause.Message);
        }
        else
        {
            LogFailed(log, function, cause);
        }
    }

    [LoggerMessage(2103, LogLevel.Information, "API function {Function} refused the request: {Problem}")]
    private static partial void LogRefused(ILogger logger, string function, string problem);

    // Somebody who watches a run asks every moment.
    private static LogLevel LevelOf(ApiVerdict verdict, HttpRequest request) =>
        verdict != ApiVerdict.Granted ? LogLevel.Warning : HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? LogLevel.Debug : LogLevel.Information;

    [LoggerMessage(EventId = 2101, Message = "API access {Verdict}: {Function} by key {KeyName} from {Address}")]
    private static partial void LogAccess(ILogger logger, LogLevel level, ApiVerdict verdict, string function, string keyName, IPAddress? address);

    [LoggerMessage(2102, LogLevel.Warning, "API function {Function} failed")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);
}
