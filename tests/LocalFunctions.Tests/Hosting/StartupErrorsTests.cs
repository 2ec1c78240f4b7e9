using LocalFunctions.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Tests.Hosting;

public class Same1
{
    [Function("Twice")]
    public void First([HttpTrigger(AuthorizationLevel.Anonymous, Route = "one")] HttpRequest request) => _ = request;
}

public class Same2
{
    [Function("TWICE")]
    public void Second([HttpTrigger(AuthorizationLevel.Anonymous, Route = "two")] HttpRequest request) => _ = request;
}

public class BadName
{
    [Function("9 lives")]
    public void Badly([TimerTrigger("0 2 * * *")] TimerInfo timer) => _ = timer;
}

public class NamedHost
{
    [Function("Host")]
    public void Hostly([TimerTrigger("0 2 * * *")] TimerInfo timer) => _ = timer;
}

public class TwoTriggers
{
    [Function("Two")]
    public void Both([TimerTrigger("0 2 * * *")] TimerInfo timer, [ActivityTrigger] string input) => _ = (timer, input);
}

public class NoTrigger
{
    [Function("None")]
    public void Lonely(string input) => _ = input;
}

public class AbstractInput
{
    [Function("Abstract")]
    public Task Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context, IEnumerable<int> input) => Task.FromResult((context, input));
}

public class BareClient
{
    [Function("Bare")]
    public void Start([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, DurableTaskClient client) => _ = (request, client);
}

public class AsyncVoid
{
    [Function("Void")]
    public async void Forget([TimerTrigger("0 2 * * *")] TimerInfo timer) => await Task.FromResult(timer);
}

public class Clash
{
    [Function("ByName")]
    public void ByName([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{name}")] HttpRequest request) => _ = request;

    [Function("ById")]
    public void ById([HttpTrigger(AuthorizationLevel.Anonymous, "GET", "delete", Route = "Items/{id}")] HttpRequest request) => _ = request;
}

public class NoClash
{
    [Function("Read")]
    public void Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{name}")] HttpRequest request) => _ = request;

    [Function("Remove")]
    public void Remove([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "items/{name}")] HttpRequest request) => _ = request;
}

public class ReservedRoute
{
    [Function("Reserved")]
    public void Reserved([HttpTrigger(AuthorizationLevel.Anonymous, Route = "runtime/mine")] HttpRequest request) => _ = request;
}

public class MalformedRoute
{
    [Function("Malformed")]
    public void Malformed([HttpTrigger(AuthorizationLevel.Anonymous, Route = "a/{b")] HttpRequest request) => _ = request;
}

public class FromSetting
{
    [Function("FromSetting")]
    public void Tick([TimerTrigger("%Tick__Schedule%")] TimerInfo timer) => _ = timer;
}

public class BadSchedule
{
    [Function("BadSchedule")]
    public void Tick([TimerTrigger("61 2 * * *")] TimerInfo timer) => _ = timer;
}

public class SameActivity
{
    [Function("One")]
    public void First([ActivityTrigger(Activity = "Pack")] string input) => _ = input;

    [Function("PACK")]
    public void Second([ActivityTrigger] string input) => _ = input;
}

public class NamedBySetting
{
    [Function("Named")]
    public Task Orchestrate([OrchestrationTrigger(Orchestration = "%Orchestration_Name%")] TaskOrchestrationContext context) => Task.FromResult(context);
}

public sealed class StartupErrorsTests
{
    [Theory]
    [InlineData(typeof(BadName), "BadName.Badly: '9 lives' is not a function name")]
    [InlineData(typeof(NamedHost), "NamedHost.Hostly: 'Host' is not a function name")]
    [InlineData(typeof(TwoTriggers), "TwoTriggers.Both: a function has exactly one trigger parameter; this one has 2")]
    [InlineData(typeof(NoTrigger), "NoTrigger.Lonely: a function has exactly one trigger parameter; this one has 0")]
    [InlineData(typeof(AbstractInput), "AbstractInput.Orchestrate: input parameter 'input' must be of a concrete type")]
    [InlineData(typeof(BareClient), "BareClient.Start: parameter 'client' is a DurableTaskClient and needs [DurableClient]")]
    [InlineData(typeof(AsyncVoid), "AsyncVoid.Forget: 'async void' cannot be waited for")]
    [InlineData(typeof(Clash), "both answer 'GET /api/items/{name}'")]
    [InlineData(typeof(ReservedRoute), "ReservedRoute.Reserved: the route 'runtime/mine' starts with 'runtime'")]
    [InlineData(typeof(MalformedRoute), "MalformedRoute.Malformed: the route 'a/{b' is malformed")]
    [InlineData(typeof(FromSetting), "FromSetting.Tick: '%Tick__Schedule%' in '%Tick__Schedule%' is not a setting")]
    [InlineData(typeof(BadSchedule), "BadSchedule.Tick: the schedule '61 2 * * *' is not an NCRONTAB expression")]
    [InlineData(typeof(SameActivity), "SameActivity.First and LocalFunctions.Tests.Hosting.SameActivity.Second: all are called as 'Pack'")]
    [InlineData(typeof(NamedBySetting), "NamedBySetting.Orchestrate: '%Orchestration_Name%' in '%Orchestration_Name%' is not a setting")]
    [Trait("Honours", "3 Signatures")]
    public void A_broken_function_is_refused_and_its_method_named(Type function, string message)
    {
        var refused = Assert.Throws<FunctionsStartupException>(() => TestApp.Build([function]));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Honours", "3 Signatures")]
    public void Names_that_differ_only_in_case_are_refused_and_both_methods_named()
    {
        var refused = Assert.Throws<FunctionsStartupException>(() => TestApp.Build([typeof(Same1), typeof(Same2)]));
        Assert.Contains("Same1.First and LocalFunctions.Tests.Hosting.Same2.Second: all are named 'Twice'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_broken_functions_are_named_at_once()
    {
        var refused = Assert.Throws<FunctionsStartupException>(() => TestApp.Build([typeof(BadName), typeof(NoTrigger)]));
        Assert.Contains("BadName.Badly", refused.Message, StringComparison.Ordinal);
        Assert.Contains("NoTrigger.Lonely", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_route_with_different_methods_is_no_clash()
    {
        await using var app = TestApp.Build([typeof(NoClash)]);
        Assert.NotNull(app.Services);
    }

    [Fact]
    [Trait("Honours", "8 Settings in bindings")]
    public async Task A_setting_in_a_schedule_is_resolved()
    {
        await using var app = TestApp.Build([typeof(FromSetting)], builder => builder.Configuration["Tick:Schedule"] = "0 2 * * *");
        Assert.NotNull(app.Services);
    }

    [Fact]
    [Trait("Honours", "2 Builder")]
    public void A_builder_builds_once()
    {
        var builder = LocalFunctionsApplication.CreateBuilder([], new FunctionAppSource(typeof(TestApp).Assembly, () => []));
        builder.Logging.ClearProviders();
        using var host = builder.Build();
        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Theory]
    [InlineData("""{ "extensions": {} }""", "must say \"version\": \"2.0\"")]
    [InlineData("{ oops", "is not JSON")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 0 } } }""", "'extensions.durableTask.maxConcurrentActivityFunctions' is '0'")]
    [InlineData("""{ "version": "2.0", "extensions": { "durableTask": { "versionMatchStrategy": "Newest" } } }""", "'extensions.durableTask.versionMatchStrategy' is 'Newest'; it must be None, Strict, CurrentOrOlder")]
    [Trait("Honours", "8 host.json")]
    public void A_broken_host_json_is_refused_with_the_reason(string hostJson, string message)
    {
        var refused = Assert.Throws<FunctionsStartupException>(() => TestApp.Build([typeof(Durable)], hostJson: hostJson));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DrainSeconds", "-1", "between 0 and")]
    [InlineData("DrainSeconds", "soon", "LocalFunctions:DrainSeconds")]
    [InlineData("Urls", "8000", "LocalFunctions:Urls is '8000'")]
    [InlineData("StateDirectory", " ", "LocalFunctions:StateDirectory is empty")]
    [InlineData("DrainSecond", "5", "LocalFunctions:DrainSecond is not a setting of this runtime; there are AdminKey, DrainSeconds, GroupSocket, HostKey")]
    public void A_broken_setting_is_refused_by_name(string name, string value, string message)
    {
        var refused = Assert.Throws<FunctionsStartupException>(() =>
            TestApp.Build([], builder => builder.Configuration.AddInMemoryCollection([new($"LocalFunctions:{name}", value)])));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }
}
