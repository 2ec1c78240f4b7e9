using System.Collections.Concurrent;
using System.Net;
using System.Text;
using LocalFunctions.Hosting;
using LocalFunctions.Durable;
using LocalFunctions.Tests.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QdrantBackup.Harness;

namespace LocalFunctions.Tests.Conformance;

public sealed class Trace : ConcurrentQueue<string>;

public sealed record Parcel(string Name, DateTime Sent, int[] Sizes, Guid? Id);

public sealed class Post(Trace trace, PerCall one)
{
    [Function("Deliver")]
    public async Task<string> Deliver([OrchestrationTrigger(Orchestration = "%DELIVERY%")] TaskOrchestrationContext context, Parcel parcel)
    {
        var asked = context.GetInput<Parcel>()!;
        return $"{asked == parcel || asked.Name == parcel.Name} {await context.CallActivityAsync<string>("CARRY", parcel)}";
    }

    [Function("Carry")]
    public string Carry([ActivityTrigger] Parcel parcel, FunctionContext context, string instanceId, CancellationToken cancellation)
    {
        var same = one == context.InstanceServices.GetRequiredService<PerCall>();
        trace.Enqueue($"carry in {instanceId}, {context.BindingContext.BindingData["INSTANCEID"]}, {context.FunctionDefinition.Name}, {context.FunctionDefinition.InputBindings["parcel"].Type}");
        return $"{parcel.Name} {parcel.Sent:O} {parcel.Sizes.Sum()} {parcel.Id is null} {same} {cancellation.CanBeCanceled}";
    }

    [Function("Weigh")]
    public int Weigh([ActivityTrigger] string text) => text.Length;

    [Function("Weighing")]
    public async Task<int> Weighing([OrchestrationTrigger] TaskOrchestrationContext context, string text) => await context.CallActivityAsync<int>("Weigh", text);

    [Function("Idle")]
    public Task Idle([OrchestrationTrigger] TaskOrchestrationContext context) => Task.CompletedTask;

    [Function("Calls")]
    public async Task<string> Calls([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync("Lost");
            return "found";
        }
        catch (TaskFailedException failed)
        {
            return failed.FailureDetails.ErrorType;
        }
    }

    [Function("Lost")]
    public void Lost([ActivityTrigger] string? input) => trace.Enqueue("lost " + input);
}

public sealed class PerCall : IDisposable
{
    public void Dispose() => GC.SuppressFinalize(this);
}

public sealed class BindingTests
{
    [Fact]
    [Trait("Honours", "3 Parameters of activities")]
    [Trait("Honours", "3 Input of orchestrators")]
    [Trait("Honours", "2 A scope per invocation")]
    [Trait("Honours", "8 Settings in bindings")]
    public async Task Orchestrators_and_activities_get_their_inputs_their_instance_and_a_scope()
    {
        await using var app = await StartAsync();

        var answer = await RunAsync(app, "Delivery", """{"NAME":"box","Sent":"2026-01-01T00:00:00Z","sizes":[1,2]}""");

        Assert.Equal("True box 2026-01-01T00:00:00.0000000Z 3 True True True", answer.ReadOutputAs<string>());
        Assert.Equal([$"carry in {answer.InstanceId}, {answer.InstanceId}, Carry, activityTrigger"], app.Services.GetRequiredService<Trace>());
        Assert.Equal(5, (await RunAsync(app, "Weighing", "\"12345\"")).ReadOutputAs<int>());
    }

    [Fact]
    [Trait("Honours", "7 Middleware of orchestrators")]
    public async Task Middleware_runs_around_every_replay_of_an_orchestrator_and_every_run_of_an_activity()
    {
        await using var app = await StartAsync(builder => builder.UseMiddleware(async (context, next) =>
        {
            context.InstanceServices.GetRequiredService<Trace>().Enqueue(context.FunctionDefinition.Name);
            await next();
        }));

        await RunAsync(app, "Weighing", "\"12345\"");

        Assert.Equal(["Weighing", "Weigh", "Weighing"], app.Services.GetRequiredService<Trace>());
    }

    [Fact]
    [Trait("Honours", "8 Disabled functions")]
    public async Task A_disabled_orchestrator_is_refused_and_a_disabled_activity_is_unknown()
    {
        await using var app = await StartAsync(builder =>
        {
            builder.Configuration["AzureWebJobs.Idle.Disabled"] = "true";
            builder.Configuration["AzureWebJobs_Lost_Disabled"] = "1";
        });

        using var refused = await app.Http.PostAsync(new Uri("/runtime/webhooks/durabletask/orchestrators/idle", UriKind.Relative), content: null);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("AzureWebJobs.idle.Disabled", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("(unknown)", (await RunAsync(app, "Calls", null)).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "8 host.json")]
    public async Task The_version_of_host_json_and_of_its_overrides_reaches_the_instances()
    {
        await using var app = await StartAsync(builder => builder.Configuration["AzureFunctionsJobHost:extensions:durableTask:defaultVersion"] = "3.1");
        var id = (await RunAsync(app, "Idle", null)).InstanceId;

        Assert.Equal("3.1", (await app.Services.GetRequiredService<DurableEngine>().GetHistoryAsync(id, CancellationToken.None))![1].Version);
    }

    private static Task<TestApp> StartAsync(Action<LocalFunctionsApplicationBuilder>? configure = null) =>
        TestApp.StartAsync([typeof(Post)], builder =>
        {
            builder.Services.AddSingleton<Trace>().AddScoped<PerCall>();
            builder.Configuration.AddInMemoryCollection([new("DELIVERY", "Delivery")]);
            configure?.Invoke(builder);
        });

    private static async Task<OrchestrationMetadata> RunAsync(TestApp app, string orchestrator, string? input)
    {
        using var content = input is null ? null : new StringContent(input, Encoding.UTF8, "application/json");
        using var started = await app.Http.PostAsync(new Uri($"/runtime/webhooks/durabletask/orchestrators/{orchestrator}", UriKind.Relative), content);
        var id = System.Text.Json.JsonElement.Parse(await started.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
        await using var client = app.Services.GetRequiredService<DurableEngine>().CreateClient();
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WithinAsync($"instance {id} to end");
    }
}
