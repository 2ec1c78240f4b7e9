using LocalFunctions.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace LocalFunctions.Tests.Durable;

public sealed class VersionTests
{
    [Fact]
    [Trait("Honours", "7 Versions")]
    public async Task A_version_belongs_to_an_instance_and_can_change_when_it_starts_over()
    {
        await using var engine = await new EngineFixture
        {
            Versions = OrchestrationVersions.Unversioned with { Match = VersionMatchStrategy.None },
            Functions = new TestFunctions()
                .Orchestrator("Child", context => Task.FromResult<object?>(context.Version))
                .Orchestrator("Main", async context =>
                {
                    if (context.CompareVersionTo("1.10") < 0)
                    {
                        context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "1.10" });
                        return null;
                    }

                    return (object?)$"{context.Version}/{await context.CallSubOrchestratorAsync<string>("Child")}";
                }),
        }.StartAsync();

        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Main", new StartOrchestrationOptions("one") { Version = "1.9" });

        Assert.Equal("1.10/", (await engine.EndOfAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    [Trait("Honours", "4 Failure details")]
    public void Failures_know_the_types_they_derive_from_and_inner_failures_do_not_count()
    {
        var details = TaskFailureDetails.FromException(new FileNotFoundException("gone", new TimeoutException()));

        Assert.True(details.IsCausedBy<IOException>());
        Assert.False(details.IsCausedBy<TimeoutException>());
        Assert.Equal("System.IO.FileNotFoundException: gone", details.ToString());
    }
}
