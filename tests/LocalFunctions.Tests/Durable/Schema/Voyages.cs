using LocalFunctions.Durable.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Tests.Durable.Schema;

/// <summary>What runs in the databases that are kept as test data. Their histories fit this code only: it changes with a new recording.</summary>
internal static class Voyages
{
    /// <param name="ship">What activity <c>Ship</c> does; it is where the recorded process died.</param>
    public static TestFunctions Functions(Func<string?, CancellationToken, Task<object?>> ship) => new TestFunctions()
        .Activity<string>("Pack", what => what + " packed")
        .Activity("Ship", ship)
        .Orchestrator("Leg", async context => (object?)await context.WaitForExternalEvent<string>("Arrived"))
        .Orchestrator("Voyage", async context =>
        {
            context.SetCustomStatus(new { Port = "Hamburg" });
            var packed = await context.CallActivityAsync<string>("Pack", context.GetInput<string>());
            var arrived = await context.CallSubOrchestratorAsync<string>("Leg", options: new SubOrchestrationOptions(instanceId: context.InstanceId + "-leg"));
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return (object?)$"{packed}, {arrived}, {await context.WaitForExternalEvent<string>("Customs")}";
        })
        .Orchestrator("Freight", async context => (object?)await context.CallActivityAsync<string>("Ship", context.GetInput<string>()))
        .Orchestrator("Errand", context => Task.FromResult<object?>(context.GetInput<string>()))
        .Orchestrator("Wreck", _ => throw new InvalidOperationException("sunk", new TimeoutException("storm")));

    /// <summary>Brings the fleet out: ended, failed, sailing, held up, loading and waiting for its day. The engine is gone afterwards, as after a crash.</summary>
    public static async Task LeavePortAsync(EngineFixture engine)
    {
        engine.Functions = Functions((_, _) => new TaskCompletionSource<object?>().Task);
        await engine.StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Errand", "bread", new StartOrchestrationOptions("done") { Tags = new Dictionary<string, string> { ["kind"] = "errand" } });
        await engine.EndOfAsync("done");
        await engine.RunAsync("Wreck", id: "wreck");
        await engine.ScheduleAsync("Voyage", "tea", "sailing");
        await engine.UntilHistoryAsync("sailing-leg", HistoryEventType.ExecutionStarted);
        await engine.Client.RaiseEventAsync("sailing-leg", "Arrived", "in Bombay");
        await engine.UntilHistoryAsync("sailing", HistoryEventType.TimerCreated);
        await engine.Client.RaiseEventAsync("sailing", "Customs", "cleared");
        await engine.UntilHistoryAsync("sailing", HistoryEventType.EventRaised);
        await engine.ScheduleAsync("Voyage", "silk", "paused");
        await engine.UntilHistoryAsync("paused-leg", HistoryEventType.ExecutionStarted);
        await engine.Client.SuspendInstanceAsync("paused", "strike");
        await engine.UntilAsync("paused", instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.ScheduleAsync("Freight", "coal", "loading");
        await engine.UntilHistoryAsync("loading", HistoryEventType.TaskScheduled);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(
            "Errand", "later", new StartOrchestrationOptions("later", new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        await engine.CrashAsync();
    }

    /// <summary>Lets everything that <see cref="LeavePortAsync"/> left come to its end, and looks at what it comes to.</summary>
    public static async Task ArriveAsync(EngineFixture engine)
    {
        engine.Functions = Functions((what, _) => Task.FromResult<object?>(what + " shipped"));
        await engine.StartAsync();
        Assert.Equal("coal shipped", (await engine.EndOfAsync("loading")).ReadOutputAs<string>());

        engine.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("tea packed, in Bombay, cleared", (await engine.EndOfAsync("sailing")).ReadOutputAs<string>());

        await engine.Client.RaiseEventAsync("paused-leg", "Arrived", "in Canton");
        await engine.Client.ResumeInstanceAsync("paused");
        await engine.UntilHistoryAsync("paused", HistoryEventType.TimerCreated);
        engine.Time.Advance(TimeSpan.FromHours(1));
        await engine.Client.RaiseEventAsync("paused", "Customs", "waived");
        Assert.Equal("silk packed, in Canton, waived", (await engine.EndOfAsync("paused")).ReadOutputAs<string>());

        engine.Time.Advance(TimeSpan.FromDays(31));
        Assert.Equal("later", (await engine.EndOfAsync("later")).ReadOutputAs<string>());

        var done = await engine.EndOfAsync("done");
        Assert.Equal(("bread", "bread", "errand"), (done.ReadInputAs<string>(), done.ReadOutputAs<string>(), done.Tags["kind"]));
        Assert.Equal("System.TimeoutException: storm", (await engine.EndOfAsync("wreck")).FailureDetails?.InnerFailure?.ToString());
        Assert.Equal("""{"Port":"Hamburg"}""", (await engine.EndOfAsync("sailing")).SerializedCustomStatus);
    }
}
