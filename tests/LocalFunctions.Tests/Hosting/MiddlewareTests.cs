using LocalFunctions.Hosting;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalFunctions.Tests.Hosting;

public sealed class Steps : ConcurrentQueue<string>;

public sealed class PerInvocation(Steps steps) : IDisposable
{
    public Guid Id { get; } = new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    public void Dispose() => steps.Enqueue("scope disposed");
}

public sealed class Observed(Steps steps, PerInvocation one) : IDisposable
{
    [Function("Observed")]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "observed")] HttpRequest request, FunctionContext context)
    {
        steps.Enqueue("function");
        var two = context.InstanceServices.GetRequiredService<PerInvocation>();
        var three = request.HttpContext.RequestServices.GetRequiredService<PerInvocation>();
        return new OkObjectResult(one == two && two == three ? one.Id.ToString() : "different scopes");
    }

    public void Dispose() => steps.Enqueue("class disposed");
}

public sealed class First(Steps steps) : IFunctionsWorkerMiddleware
{
    private int calls;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        steps.Enqueue($"first {++calls} in");
        await next(context);
        steps.Enqueue("first out");
    }
}

public sealed class MiddlewareTests
{
    [Fact]
    [Trait("Honours", "2 Middleware")]
    public async Task Middleware_runs_around_the_function_in_the_order_of_registration_and_is_made_once()
    {
        await using var app = await StartAsync(builder =>
        {
            builder.UseMiddleware<First>();
            builder.UseMiddleware(async (context, next) =>
            {
                Note(context, "second in " + context.FunctionDefinition.Name);
                await next();
                Note(context, "second out");
            });
        });
        await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        var steps = app.Services.GetRequiredService<Steps>().Where(step => !step.EndsWith("disposed", StringComparison.Ordinal)).ToList();
        Assert.Equal(["first 1 in", "second in Observed", "function", "second out", "first out"], steps.Take(5));
        Assert.Equal("first 2 in", steps[5]);
    }

    [Fact]
    [Trait("Honours", "2 Middleware")]
    public async Task Conditional_middleware_runs_only_where_its_predicate_holds()
    {
        await using var app = await StartAsync(builder => builder
            .UseWhen(context => context.FunctionDefinition.Name == "Other", (_, _) => throw new InvalidOperationException("not for this function"))
            .UseWhen<First>(context => context.GetHttpContext()!.Request.Query.ContainsKey("yes")));
        await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        await app.Http.GetStringAsync(new Uri("/api/observed?yes=1", UriKind.Relative));
        Assert.Single(app.Services.GetRequiredService<Steps>(), step => step == "first 1 in");
    }

    [Fact]
    [Trait("Honours", "2 Middleware")]
    public async Task Middleware_that_does_not_call_on_skips_the_function()
    {
        await using var app = await StartAsync(builder => builder.UseMiddleware((context, _) =>
        {
            context.GetHttpContext()!.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        }));
        Assert.Equal((HttpStatusCode)418, (await app.Http.GetAsync(new Uri("/api/observed", UriKind.Relative))).StatusCode);
        Assert.DoesNotContain("function", app.Services.GetRequiredService<Steps>());
    }

    [Fact]
    [Trait("Honours", "2 A scope per invocation")]
    public async Task Each_invocation_has_a_scope_of_its_own_that_the_request_shares()
    {
        await using var app = await StartAsync(_ => { });
        var first = await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        var second = await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        Assert.True(Guid.TryParse(first, out _), first);
        Assert.NotEqual(first, second);
        await app.StopAsync();
    }

    [Fact]
    public async Task The_class_is_released_before_its_scope()
    {
        var steps = new Steps();
        await using var app = await StartAsync(builder => builder.Services.AddSingleton(steps));
        await app.Http.GetStringAsync(new Uri("/api/observed", UriKind.Relative));
        await app.StopAsync();
        Assert.Equal(["function", "class disposed", "scope disposed"], steps);
    }

    private static Task<TestApp> StartAsync(Action<LocalFunctionsApplicationBuilder> configure) =>
        TestApp.StartAsync([typeof(Observed)], builder =>
        {
            builder.Services.AddSingleton<Steps>().AddScoped<PerInvocation>();
            configure(builder);
        });

    private static void Note(FunctionContext context, string step) => context.InstanceServices.GetRequiredService<Steps>().Enqueue(step);
}
