using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Tests.Hosting;

public class Echo
{
    [Function("Plain")]
    public IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post")] HttpRequest request) => new OkObjectResult(new { request.Method });

    [Function("Typed")]
    public IResult Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{name}/{number:int}")] HttpRequest request,
        string name, int number, Guid? id, FunctionContext context, CancellationToken cancellationToken) =>
        Results.Json(new { name, number, id, same = context.GetHttpContext() == request.HttpContext, cancellable = cancellationToken.CanBeCanceled });

    [Function("Nothing")]
    public async Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous, Route = "nothing")] HttpRequest request)
    {
        request.HttpContext.Response.StatusCode = 207;
        await request.HttpContext.Response.WriteAsync("written directly");
    }

    [Function("Fails")]
    public Task<IActionResult> Fails([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        throw new InvalidOperationException("a secret detail of " + request.Method);

    [Function("Poco")]
    public string Poco([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => request.Method;
}

public sealed class HttpFunctionsTests
{
    [Fact]
    [Trait("Honours", "3 Routes")]
    public async Task A_function_without_a_route_answers_under_api_and_its_name()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var answer = await app.Http.GetAsync(new Uri("/api/plain", UriKind.Relative));
        Assert.Equal("""{"method":"GET"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    [Trait("Honours", "3 Routes")]
    public async Task The_prefix_of_host_json_may_be_empty()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)], hostJson: """{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }""");
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync(new Uri("/plain", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri("/api/plain", UriKind.Relative))).StatusCode);
    }

    [Fact]
    [Trait("Honours", "8 host.json")]
    public async Task A_setting_overrides_host_json()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)], builder => builder.Configuration["AzureFunctionsJobHost:extensions:http:routePrefix"] = "v1");
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync(new Uri("/v1/plain", UriKind.Relative))).StatusCode);
    }

    [Fact]
    [Trait("Honours", "3 Route and query values")]
    public async Task Route_and_query_values_bind_to_parameters_by_name()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var body = await app.Http.GetStringAsync(new Uri("/api/typed/a%20b/42?id=5c1f3f0e-3b43-4f0e-9d3c-0c8f6a1f7e55&name=ignored", UriKind.Relative));
        Assert.Equal("""{"name":"a b","number":42,"id":"5c1f3f0e-3b43-4f0e-9d3c-0c8f6a1f7e55","same":true,"cancellable":true}""", body);
    }

    [Fact]
    [Trait("Honours", "3 Routes")]
    public async Task A_route_constraint_that_does_not_hold_is_not_found_and_another_method_not_allowed()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri("/api/typed/a/b", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await app.Http.DeleteAsync(new Uri("/api/plain", UriKind.Relative))).StatusCode);
    }

    [Fact]
    [Trait("Honours", "3 Results of HTTP functions")]
    public async Task A_function_may_write_the_response_itself()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var answer = await app.Http.GetAsync(new Uri("/api/nothing", UriKind.Relative));
        Assert.Equal((207, "written directly"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_exception_is_a_problem_without_details_and_is_logged()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        var answer = await app.Http.GetAsync(new Uri("/api/fails", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(app.Log.Lines, line => line.Contains("Fails failed", StringComparison.Ordinal) && line.Contains("a secret detail", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Honours", "3 Results of HTTP functions")]
    public async Task A_result_that_is_not_HTTP_is_not_sent_and_a_warning_says_so()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)]);
        Assert.Equal("", await app.Http.GetStringAsync(new Uri("/api/poco", UriKind.Relative)));
        Assert.Contains(app.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("Poco", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Honours", "8 Disabled functions")]
    public async Task A_disabled_function_is_not_found()
    {
        await using var app = await TestApp.StartAsync([typeof(Echo)], builder => builder.Configuration["AzureWebJobs.Plain.Disabled"] = "true");
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri("/api/plain", UriKind.Relative))).StatusCode);
    }
}
