using System.Net;
using System.Text;
using LocalFunctions.Hosting;
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
    public async Task Without_a_configured_key_only_a_caller_that_knows_the_servers_own_key_may_call(string function)
    {
        await using var app = await StartAsync();
        var key = LocalCallers.TryReadKey(app.StateDirectory)!;
        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, $"/api/{function}", ("x-functions-key", key)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/{function}", ("x-functions-key", key[..^1] + "x")));
    }

    // Addresses are logged, by proxies too: the key is taken from the header alone.
    [Fact]
    public async Task The_servers_own_key_does_not_count_in_an_address()
    {
        await using var app = await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(app, $"/api/keyed?code={LocalCallers.TryReadKey(app.StateDirectory)}"));
    }

    [Fact]
    public async Task The_servers_own_key_is_new_at_every_start_and_no_other_user_can_read_it()
    {
        await using var app = await StartAsync();
        var first = LocalCallers.TryReadKey(app.StateDirectory);
        var file = Path.Combine(app.StateDirectory, "local.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await app.StopAsync();
        Assert.False(File.Exists(file));
        await File.WriteAllTextAsync(file, first);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using var next = await TestApp.StartAsync([typeof(Guarded)], builder => builder.Services.AddSingleton<GuardedRuns>(), folder: app.Folder);
        Assert.NotEqual(first, LocalCallers.TryReadKey(app.StateDirectory));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("192.0.2.7", "192.0.2.7", true)] // The server listens on an address of its machine, and a command of this machine calls it there.
    [InlineData("203.0.113.9", "192.0.2.7", false)]
    [InlineData(null, null, false)]
    public async Task The_servers_own_key_opens_nothing_to_another_machine(string? caller, string? own, bool isLocal)
    {
        await using var app = await StartAsync();
        var local = app.Services.GetRequiredService<LocalCallers>();
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = caller is null ? null : IPAddress.Parse(caller);
        http.Connection.LocalIpAddress = own is null ? null : IPAddress.Parse(own);
        Assert.Equal(isLocal, local.Is(http.Connection, local.Key));
        Assert.False(local.Is(http.Connection, ""));
        Assert.False(local.Is(http.Connection, presented: null));
    }

    [Theory]
    [InlineData("GET", "/admin")]
    [InlineData("GET", "/admin/functions")]
    [InlineData("POST", "/admin/functions/nightly")]
    [InlineData("GET", "/admin/functions/nightly")]
    [InlineData("GET", "/admin/host/keys")]
    [InlineData("DELETE", "/admin/host/status")]
    public async Task No_route_of_the_administration_is_open_without_a_key(string method, string path)
    {
        await using var app = await StartAsync();
        using var body = new StringContent("""{"input":null}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        using var answer = await app.Stranger.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(((GuardedRuns)app.Services.GetService(typeof(GuardedRuns))!).Ran.Task.IsCompleted);
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
        Assert.Equal(HttpStatusCode.Accepted, await RunAsync(app, "nightly", ("x-functions-key", LocalCallers.TryReadKey(app.StateDirectory)!)));
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

            using var answer = await app.Stranger.SendAsync(request);
            return answer.StatusCode;
        }
    }
}
