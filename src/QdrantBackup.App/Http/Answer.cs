using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace QdrantBackup.App.Http;

/// <summary>An answer in the API's JSON, worded for whoever asks.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="value">What is answered.</param>
internal sealed class Answer<T>(int status, T value) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => status;

    public Task ExecuteAsync(HttpContext httpContext) => Results.Json(value, Wording.OptionsFor(httpContext.Request), statusCode: status).ExecuteAsync(httpContext);
}

/// <summary>A problem (RFC 9457), worded for whoever asks.</summary>
/// <param name="details">The problem, with its commands as they were written.</param>
/// <param name="hint">What to do; the detail ends with it.</param>
internal sealed class ProblemAnswer(ProblemDetails details, string hint) : IResult, IStatusCodeHttpResult
{
    public ProblemDetails ProblemDetails => details;

    public int? StatusCode => details.Status;

    public Task ExecuteAsync(HttpContext httpContext) => Results.Problem(
        detail: Wording.For(httpContext.Request, details.Detail!),
        statusCode: details.Status,
        title: details.Title,
        type: details.Type,
        extensions: new Dictionary<string, object?>(details.Extensions, StringComparer.Ordinal) { ["hint"] = Wording.For(httpContext.Request, hint) }).ExecuteAsync(httpContext);
}
