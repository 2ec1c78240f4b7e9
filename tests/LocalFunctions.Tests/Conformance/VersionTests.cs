using LocalFunctions.Durable;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Tests.Conformance;

public sealed class VersionTests
{
    private static TestFunctions Functions() => new TestFunctions()
        .Orchestrator("Child", context => Task.FromResult<object?>(context.Version))
        .Orchestrator("Main", async context =>
        {
            await context.WaitForExternalEvent<string>("Go");
            var inherited = await context.CallSubOrchestratorAsync<string>("Child");
            var given = await context.CallSubOrchestratorAsync<string>("Child", options: new SubOrchestrationOptions { Version = "0.5" });
            return (object?)$"{context.Version}/{inherited}/{given}";
        });

    [Fact]
    [Trait("Honours", "7 Versions")]
    public async Task New_instances_and_children_get_the_default_version_and_running_ones_keep_theirs()
    {
        await using var engine = await new EngineFixture { Functions = Functions(), Versions = Default("1.9") }.StartAsync();
        await engine.ScheduleAsync("Main", id: "old");
        await engine.UntilAsync("old", instance => instance.IsRunning);
        await engine.CrashAsync();
        engine.Versions = Default("1.10");
        await engine.StartAsync();
        await engine.ScheduleAsync("Main", id: "new");
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Main", new StartOrchestrationOptions("none") { Version = TaskVersion.Unversioned });
        foreach (var id in (string[])["old", "new", "none"])
        {
            await engine.Client.RaiseEventAsync(id, "Go", "on");
        }

        Assert.Equal("1.9/1.10/0.5", (await engine.EndOfAsync("old")).ReadOutputAs<string>());
        Assert.Equal("1.10/1.10/0.5", (await engine.EndOfAsync("new")).ReadOutputAs<string>());
        Assert.Equal("/1.10/0.5", (await engine.EndOfAsync("none")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Versions")]
    public async Task An_instance_of_a_newer_version_waits_for_the_program_that_knows_it()
    {
        await using var engine = await new EngineFixture { Functions = Functions(), Versions = Default("2") }.StartAsync();
        await engine.ScheduleAsync("Main", id: "newer");
        await engine.UntilAsync("newer", instance => instance.IsRunning);
        await engine.CrashAsync();
        engine.Versions = Default("1");
        await engine.StartAsync();
        await engine.Client.RaiseEventAsync("newer", "Go", "on");
        await engine.RunAsync("Child");
        Assert.True((await engine.Client.GetInstanceAsync("newer"))!.IsRunning);

        await engine.CrashAsync();
        engine.Versions = Default("2");
        await engine.StartAsync();

        Assert.Equal("2/2/0.5", (await engine.EndOfAsync("newer")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "7 Versions")]
    public async Task With_the_strategy_to_fail_an_instance_of_another_version_fails()
    {
        await using var engine = await new EngineFixture
        {
            Functions = Functions(),
            Versions = new OrchestrationVersions("1", VersionMatchStrategy.Strict, VersionFailureStrategy.Fail),
        }.StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Child", new StartOrchestrationOptions("other") { Version = "0.9" });

        var end = await engine.EndOfAsync("other");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, "VersionMismatch"), (end.RuntimeStatus, end.FailureDetails?.ErrorType));
        Assert.Equal("1", (await engine.RunAsync("Child")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("1.9", "1.10", true)]
    [InlineData("1.10", "1.10", true)]
    [InlineData("1.11", "1.10", false)]
    [InlineData(null, "1.10", true)]
    [InlineData("1", null, false)]
    [InlineData("beta", "ALPHA", false)]
    [InlineData("alpha", "ALPHA", true)]
    [Trait("Honours", "7 Versions")]
    public void A_program_goes_on_with_its_own_version_and_older_ones(string? instance, string? program, bool goesOn) =>
        Assert.Equal(goesOn, Default(program).Mismatch(instance) is null);

    private static OrchestrationVersions Default(string? version) => OrchestrationVersions.Unversioned with { Default = version };
}
