using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class QueryTests
{
    [Fact]
    [Trait("Honours", "5 Queries")]
    public async Task Pages_hold_every_instance_once_oldest_first()
    {
        await using var engine = await SevenInstancesAsync();

        var pages = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 3)).AsPages().ToListAsync();

        Assert.Equal([3, 3, 1], pages.Select(page => page.Values.Count));
        Assert.Null(pages[^1].ContinuationToken);
        Assert.Equal(Enumerable.Range(0, 7).Select(number => $"run-{number}"), pages.SelectMany(page => page.Values).Select(instance => instance.InstanceId));
    }

    [Fact]
    [Trait("Honours", "5 Queries")]
    public async Task A_token_goes_on_where_its_page_ended_and_a_foreign_one_is_refused()
    {
        await using var engine = await SevenInstancesAsync();
        var first = await engine.Client.GetAllInstancesAsync().AsPages(pageSizeHint: 5).FirstAsync();

        var rest = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(ContinuationToken: first.ContinuationToken)).ToListAsync();

        Assert.Equal(["run-5", "run-6"], rest.Select(instance => instance.InstanceId));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(ContinuationToken: "nonsense")).ToListAsync());
    }

    [Fact]
    [Trait("Honours", "5 Queries")]
    public async Task Filters_by_status_time_and_prefix_combine()
    {
        await using var engine = await SevenInstancesAsync();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(["run-6"], await IdsAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(["run-2", "run-3"], await IdsAsync(new OrchestrationQuery(start.AddMinutes(2), start.AddMinutes(3))));
        Assert.Equal(["run-4"], await IdsAsync(new OrchestrationQuery(InstanceIdPrefix: "run-4")));
        Assert.Empty(await IdsAsync(new OrchestrationQuery(start.AddMinutes(5), InstanceIdPrefix: "run-4")));

        async Task<List<string>> IdsAsync(OrchestrationQuery query) =>
            await engine.Client.GetAllInstancesAsync(query).Select(instance => instance.InstanceId).ToListAsync();
    }

    [Fact]
    [Trait("Honours", "5 Payloads on request")]
    public async Task Inputs_and_outputs_come_only_when_asked_for()
    {
        await using var engine = await SevenInstancesAsync();

        var light = await engine.Client.GetAllInstancesAsync().FirstAsync();
        var full = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)).FirstAsync();

        Assert.Null(light.SerializedOutput);
        Assert.Equal("in", full.ReadOutputAs<string>());
    }

    private static async Task<EngineFixture> SevenInstancesAsync()
    {
        var engine = await new EngineFixture
        {
            Functions = new TestFunctions()
                .Orchestrator("Quick", context => Task.FromResult<object?>(context.GetInput<string>()))
                .Orchestrator("Wait", context => context.WaitForExternalEvent<int>("Never")),
        }.StartAsync();
        for (var number = 0; number < 7; number++)
        {
            var id = await engine.ScheduleAsync(number < 6 ? "Quick" : "Wait", "in", $"run-{number}");
            await engine.UntilAsync(id, instance => number < 6 ? instance.IsCompleted : instance.IsRunning);
            engine.Time.Advance(TimeSpan.FromMinutes(1));
        }

        return engine;
    }
}
