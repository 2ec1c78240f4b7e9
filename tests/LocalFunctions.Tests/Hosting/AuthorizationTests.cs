using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Hosting;

public class Guarded(GuardedRuns runs)
{
    [Function("Keyed")]
    public IActionResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => new OkObjectResult(request.Method);

    // No level given: the official host then asks for a key.
    [Function("Unsaid")]
    public IActionResult Unsaid([HttpTrigger("get")] HttpRequest request) => new OkObjectResult(request.Method);

    [Function("Nightly")]
    public void Nightly([TimerTrigger("0 2 * * *")] TimerInfo timer) => runs.Ran.TrySetResult(timer.IsPastDue);
}

public sealed class GuardedRuns
{
    public TaskCompletionSource<bool> Ran { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public sealed class AuthorizationTests
{
    [Theory]
    [InlineData("keyed")]
    [InlineData("unsaid")]
    public async Task Without_a_configured_key_only_programs_on_this_machine_may_call(string function)
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, $"/api/{function}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}", ("X-Forwarded-For", "203.0.113.7")));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}", ("Host", "rebound.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}", ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}", ("Sec-Fetch-Site", "cross-site")));
    }

    [Fact]
    [Trait("Honours", "3 Keys")]
    public async Task With_a_configured_key_everyone_needs_it_in_header_or_query()
    {
        await using var app = await StartAsync(("LocalFunctions:HostKey", "s3cret"), ("LocalFunctions:AdminKey", "m4ster"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, "/api/keyed"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, "/api/keyed", ("x-functions-key", "s3cre")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/api/keyed", ("x-functions-key", "s3cret")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/api/keyed", ("x-functions-key", "m4ster")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, "/api/keyed?code=s3cret"));
    }

    [Fact]
    [Trait("Honours", "8 Manual runs")]
    public async Task A_timer_function_can_be_run_by_hand_even_if_disabled()
    {
        await using var app = await StartAsync(("AzureWebJobs.Nightly.Disabled", "true"));
        Assert.Equal(HttpStatusCode.Accepted, await RunAsync(app, "nightly"));
        var runs = (GuardedRuns)app.Services.GetService(typeof(GuardedRuns))!;
        Assert.False(await runs.Ran.Task.WithinAsync("the timer function to run"));
    }

    [Fact]
    [Trait("Honours", "8 Manual runs")]
    public async Task Running_by_hand_needs_the_admin_key_if_there_is_one_and_a_timer_function()
    {
        await using var app = await StartAsync(("LocalFunctions:AdminKey", "m4ster"));
        Assert.Equal(HttpStatusCode.Unauthorized, await RunAsync(app, "nightly"));
        Assert.Equal(HttpStatusCode.Accepted, await RunAsync(app, "nightly", ("x-functions-key", "m4ster")));
        Assert.Equal(HttpStatusCode.BadRequest, await RunAsync(app, "keyed", ("x-functions-key", "m4ster")));
        Assert.Equal(HttpStatusCode.NotFound, await RunAsync(app, "nobody", ("x-functions-key", "m4ster")));
    }

    private static Task<TestApp> StartAsync(params (string Name, string Value)[] settings) => TestApp.StartAsync([typeof(Guarded)], builder =>
    {
        builder.Services.AddSingleton<GuardedRuns>();
        foreach (var (name, value) in settings)
        {
            builder.Configuration[name] = value;
        }
    });

    private static Task<HttpStatusCode> GetAsync(TestApp app, string path, params (string Name, string Value)[] headers) =>
        SendAsync(app, new HttpRequestMessage(HttpMethod.Get, path), headers);

    private static Task<HttpStatusCode> RunAsync(TestApp app, string function, params (string Name, string Value)[] headers) =>
        SendAsync(
            app,
            new HttpRequestMessage(HttpMethod.Post, "/admin/functions/" + function) { Content = new StringContent("""{"input":null}""", Encoding.UTF8, "application/json") },
            headers);

    private static async Task<HttpStatusCode> SendAsync(TestApp app, HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        using (request)
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await app.Http.SendAsync(request);
            return answer.StatusCode;
        }
    }
}
